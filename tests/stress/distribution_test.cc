#include "tests/stress/distribution.h"

#include <gtest/gtest.h>

namespace natplan::stress {
namespace {

Distribution Of(std::initializer_list<std::uint64_t> values) {
  Distribution distribution;
  for (const std::uint64_t value : values) distribution.Add(value);
  return distribution;
}

TEST(DistributionTest, PercentilesAreOfTheNearestRank) {
  Distribution distribution;
  for (std::uint64_t i = 200; i > 0; --i) distribution.Add(i);
  EXPECT_EQ(distribution.Percentile(0), 1U);
  EXPECT_EQ(distribution.Percentile(50), 100U);
  EXPECT_EQ(distribution.Percentile(99), 198U);
  EXPECT_EQ(distribution.Percentile(100), 200U);
  EXPECT_EQ(Of({7}).Percentile(50), 7U);
}

TEST(DistributionTest, NothingIsZero) {
  EXPECT_EQ(Of({}).Summary(), "mean 0.00, p50 0, p90 0, p99 0, max 0");
  EXPECT_EQ(Of({}).Histogram(), "");
}

TEST(DistributionTest, TheHistogramDoublesItsRanges) {
  EXPECT_EQ(Of({0, 0, 1, 2, 3, 5}).Summary(), "mean 1.83, p50 1, p90 5, p99 5, max 5");
  EXPECT_EQ(Of({0, 0, 1, 2, 3, 5}).Histogram(),
            "          0        2 #################\n"
            "          1        1 #########\n"
            "          2        1 #########\n"
            "        3-4        1 #########\n"
            "        5-8        1 #########\n");
}

}  // namespace
}  // namespace natplan::stress
