#include "core/plan/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace natplan {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(BackoffTest, WaitsGrowFrom100MicrosecondsTo2MillisecondsAndAreAtLeastHalf) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(seed);
    nanoseconds whole = microseconds(100);
    for (int i = 0; i < 40; ++i) {
      const nanoseconds wait = backoff.Next();
      ASSERT_GE(wait, whole / 2) << seed << " " << i;
      ASSERT_LE(wait, whole) << seed << " " << i;
      whole = std::min<nanoseconds>(whole * 2, microseconds(2000));
    }
    backoff.Reset();
    ASSERT_LE(backoff.Next(), nanoseconds(microseconds(100)));
  }
}

TEST(BackoffTest, ASeedGivesItsWaitsAndAnotherSeedOthers) {
  Backoff one(1);
  Backoff same(1);
  Backoff other(2);
  int equal = 0;
  for (int i = 0; i < 50; ++i) {
    const nanoseconds wait = one.Next();
    EXPECT_EQ(same.Next(), wait);
    equal += other.Next() == wait ? 1 : 0;
  }
  EXPECT_LT(equal, 5);
}

}  // namespace
}  // namespace natplan
