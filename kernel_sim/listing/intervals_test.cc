#include "kernel_sim/listing/intervals.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace natplan::kernel_sim::listing {
namespace {

Element Start(std::uint8_t key) {
  Element element;
  element.key = {key};
  return element;
}

Element End(std::uint8_t key) {
  Element element = Start(key);
  element.end = true;
  return element;
}

using Pairs = std::vector<std::pair<int, int>>;

Pairs Paired(std::vector<Element> elements) {
  Pairs pairs;
  for (const Range& range : PairIntervals(std::move(elements))) {
    pairs.emplace_back(range.start.key[0], range.last[0]);
  }
  return pairs;
}

TEST(PairIntervals, TakesTheKernelsDescendingOrder) {
  EXPECT_EQ(Paired({End(20), Start(16), End(16), Start(8), End(0)}), (Pairs{{8, 15}, {16, 19}}));
}

TEST(PairIntervals, EndsAStartBeforeTheNextStart) {
  EXPECT_EQ(Paired({Start(8), Start(16), End(32)}), (Pairs{{8, 15}, {16, 31}}));
}

TEST(PairIntervals, LetsTheLastStartGoToTheTop) {
  EXPECT_EQ(Paired({Start(200)}), (Pairs{{200, 255}}));
  EXPECT_EQ(Paired({Start(255)}), (Pairs{{255, 255}}));
}

TEST(PairIntervals, PassesOverEndsWithoutStart) { EXPECT_EQ(Paired({End(0), End(7)}), Pairs()); }

// All ranges of one byte, against the definition.
TEST(PrefixLength, IsThatOfEveryPrefixAndOfNothingElse) {
  for (int first = 0; first < 256; ++first) {
    for (int last = first; last < 256; ++last) {
      int expected = -1;
      for (int length = 0; length <= 8; ++length) {
        const int size = 1 << (8 - length);
        if (first % size == 0 && last == first + size - 1) expected = length;
      }
      const Bytes a = {9, static_cast<std::uint8_t>(first)};
      const Bytes b = {9, static_cast<std::uint8_t>(last)};
      EXPECT_EQ(PrefixLength(a, b), expected < 0 ? -1 : 8 + expected) << first << '-' << last;
    }
  }
}

TEST(PrefixLength, CrossesBytes) {
  EXPECT_EQ(PrefixLength(Bytes{10, 0, 0}, Bytes{10, 255, 255}), 8);
  EXPECT_EQ(PrefixLength(Bytes{10, 0, 1}, Bytes{10, 255, 255}), -1);
  EXPECT_EQ(PrefixLength(Bytes{0, 0}, Bytes{255, 255}), 0);
}

}  // namespace
}  // namespace natplan::kernel_sim::listing
