#include "core/values/element.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace natplan
