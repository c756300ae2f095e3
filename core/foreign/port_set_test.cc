#include "core/foreign/port_set.h"

#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

PortSet Of(std::vector<PortRange> ranges) { return PortSet(std::move(ranges)); }

TEST(PortSetTest, RangesThatTouchOrOverlapAreOne) {
  EXPECT_EQ(Of({{20, 30}, {1, 5}, {6, 9}, {25, 40}, {9, 8}}), Of({{1, 9}, {20, 40}}));
  EXPECT_EQ(Of({{0, 65535}}), PortSet::All());
  EXPECT_TRUE(Of({{9, 8}}).empty());
}

TEST(PortSetTest, HasWhatLiesInARange) {
  const PortSet set = Of({{10, 20}, {30, 30}});
  for (const std::uint16_t port : std::vector<std::uint16_t>{10, 15, 20, 30})
    EXPECT_TRUE(set.Has(port)) << port;
  for (const std::uint16_t port : std::vector<std::uint16_t>{0, 9, 21, 29, 31, 65535})
    EXPECT_FALSE(set.Has(port)) << port;
}

TEST(PortSetTest, IntersectionUnionAndDifference) {
  const PortSet a = Of({{0, 10}, {20, 30}});
  const PortSet b = Of({{5, 25}, {65535, 65535}});
  EXPECT_EQ(a & b, Of({{5, 10}, {20, 25}}));
  EXPECT_EQ(a | b, Of({{0, 30}, {65535, 65535}}));
  EXPECT_EQ(a - b, Of({{0, 4}, {26, 30}}));
  EXPECT_EQ(b - a, Of({{11, 19}, {65535, 65535}}));
  EXPECT_EQ(PortSet::All() - Of({{1, 65534}}), Of({{0, 0}, {65535, 65535}}));
  EXPECT_TRUE((a - PortSet::All()).empty());
}

// Against one flag for each port.
TEST(PortSetTest, SmallWorldsAgreeWithSetsOfPorts) {
  for (unsigned a = 0; a < 64; ++a) {
    for (unsigned b = 0; b < 64; ++b) {
      const auto set_of = [](unsigned bits) {
        std::vector<PortRange> ranges;
        for (std::uint16_t port = 0; port < 6; ++port) {
          if ((bits >> port & 1U) != 0) ranges.push_back({port, port});
        }
        return PortSet(std::move(ranges));
      };
      EXPECT_EQ(set_of(a) & set_of(b), set_of(a & b));
      EXPECT_EQ(set_of(a) | set_of(b), set_of(a | b));
      EXPECT_EQ(set_of(a) - set_of(b), set_of(a & ~b));
    }
  }
}

TEST(PortSetTest, PrintsTheFirstOfManyRanges) {
  EXPECT_EQ(Of({{80, 80}, {8000, 8010}}).ToString(), "80, 8000-8010");
  std::vector<PortRange> many;
  for (std::uint16_t port = 0; port < 20; port += 2) many.push_back({port, port});
  EXPECT_EQ(PortSet(many).ToString(), "0, 2, 4, 6, 8, 10, 12, 14 and 2 more ranges");
}

}  // namespace
}  // namespace natplan::foreign
