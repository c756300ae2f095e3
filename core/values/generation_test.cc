#include "core/values/generation.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

TEST(GenerationTest, TheCounterWrapsAndPassesOverZero) {
  EXPECT_EQ(NextGeneration(1), 2U);
  EXPECT_EQ(NextGeneration(UINT32_MAX - 1), UINT32_MAX);
  EXPECT_EQ(NextGeneration(UINT32_MAX), 1U);
}

TEST(GenerationTest, SeveralCommitsCountLikeOneAfterTheOther) {
  for (const std::uint32_t first : {1U, UINT32_MAX - 2, UINT32_MAX - 1, UINT32_MAX}) {
    std::uint32_t expected = first;
    for (std::uint32_t commits = 0; commits < 5; ++commits) {
      EXPECT_EQ(GenerationAfter(first, commits), expected) << first << " " << commits;
      expected = NextGeneration(expected);
    }
  }
}

TEST(GenerationTest, TheOrderGoesOnWhereTheCounterWraps) {
  EXPECT_TRUE(IsAfter(2, 1));
  EXPECT_FALSE(IsAfter(1, 2));
  EXPECT_FALSE(IsAfter(7, 7));
  EXPECT_TRUE(IsAfter(1, UINT32_MAX));
  EXPECT_FALSE(IsAfter(UINT32_MAX, 1));
}

}  // namespace
}  // namespace natplan
