#include "core/values/element.h"

#include <gtest/gtest.h>

#include "core/values/operation.h"

namespace natplan {
namespace {

TEST(InlineBytesTest, TheyCompareAsByteStrings) {
  EXPECT_EQ((ElementKey{1, 2}), (ElementKey{1, 2}));
  EXPECT_NE((ElementKey{1, 2}), (ElementKey{1, 2, 0}));
  EXPECT_LT((ElementKey{1, 2}), (ElementKey{1, 2, 0}));
  EXPECT_LT((ElementKey{1, 255}), (ElementKey{2, 0}));
  EXPECT_TRUE(ElementKey().empty());
}

TEST(ElementTest, ElementsThatDifferInAnyPartDiffer) {
  const Element element{.kind = ElementKind::kRange, .key = {1}, .end = {2}};
  Element other = element;
  EXPECT_EQ(element, other);
  other.end = {};
  EXPECT_NE(element, other);
  other = element;
  other.kind = ElementKind::kStart;
  EXPECT_NE(element, other);
  other = element;
  other.data = {7};
  EXPECT_NE(element, other);
}

TEST(ElementTest, AnElementHasASetsShapeOrNot) {
  using enum ElementKind;
  const SetShape hash{.key_length = 2};
  const SetShape interval{.interval = true, .key_length = 2};
  const SetShape map{.is_map = true, .key_length = 2, .data_length = 1};
  const SetShape interval_map{.is_map = true, .interval = true, .key_length = 2, .data_length = 1};
  struct Case {
    Element element;
    bool hash, interval, map, interval_map;
  };
  const Case cases[] = {
      {{.kind = kSingle, .key = {1, 2}}, true, false, false, false},
      {{.kind = kSingle, .key = {1}}, false, false, false, false},
      {{.kind = kSingle, .key = {1, 2, 3}}, false, false, false, false},
      {{.kind = kSingle, .key = {1, 2}, .end = {1, 3}}, false, false, false, false},
      {{.kind = kSingle, .key = {1, 2}, .data = {7}}, false, false, true, false},
      {{.kind = kSingle, .key = {1, 2}, .data = {7, 8}}, false, false, false, false},
      {{.kind = kStart, .key = {1, 2}}, false, true, false, false},
      {{.kind = kStart, .key = {1, 2}, .data = {7}}, false, false, false, true},
      {{.kind = kStart, .key = {1, 2, 3}}, false, false, false, false},
      {{.kind = kEnd, .key = {1, 2}}, false, true, false, true},
      {{.kind = kEnd, .key = {1}}, false, false, false, false},
      {{.kind = kRange, .key = {1, 2}, .end = {1, 3}}, false, true, false, false},
      {{.kind = kRange, .key = {1, 2}}, false, true, false, false},
      {{.kind = kRange, .key = {1, 2}, .end = {1, 3, 0}}, false, false, false, false},
      {{.kind = kRange, .key = {1, 2}, .end = {1, 3}, .data = {7}}, false, false, false, true},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(HasShape(cases[i].element, hash), cases[i].hash);
    EXPECT_EQ(HasShape(cases[i].element, interval), cases[i].interval);
    EXPECT_EQ(HasShape(cases[i].element, map), cases[i].map);
    EXPECT_EQ(HasShape(cases[i].element, interval_map), cases[i].interval_map);
  }
}

}  // namespace
}  // namespace natplan
