#include "core/values/sorted_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <new>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "core/values/failing_new.h"

namespace natplan {

// Sees what the interface hides: the shape of the tree.
struct SortedSetTestPeer {
  template <typename Set>
  struct Shape {
    std::size_t leaves = 0;
    std::size_t inner = 0;
    double Full(const Set& set) const {
      return static_cast<double>(set.size()) / static_cast<double>(leaves * Set::Leaf::kSlots);
    }
  };

  // Walks the tree and checks every promise of its nodes.
  template <typename Set>
  static Shape<Set> Check(const Set& set) {
    Shape<Set> shape;
    if (set.root_ == nullptr) {
      EXPECT_EQ(set.size_, 0U);
      EXPECT_EQ(set.height_, 0U);
      EXPECT_EQ(set.first_, nullptr);
      EXPECT_EQ(set.last_, nullptr);
      return shape;
    }
    const typename Set::Leaf* previous = nullptr;
    std::size_t size = 0;
    Walk<Set>(set, set.root_, set.height_, nullptr, nullptr, true, shape, previous, size);
    EXPECT_EQ(previous, set.last_);
    EXPECT_EQ(set.last_->next, nullptr);
    EXPECT_EQ(size, set.size_);
    return shape;
  }

  template <typename Set>
  static std::size_t Height(const Set& set) {
    return set.height_;
  }
  template <typename Set>
  static constexpr std::size_t LeafSlots() {
    return Set::Leaf::kSlots;
  }

 private:
  template <typename Set>
  static void Walk(const Set& set, const typename Set::Node* node, std::size_t height,
                   const typename Set::value_type* low, const typename Set::value_type* high, bool at_end,
                   Shape<Set>& shape, const typename Set::Leaf*& previous, std::size_t& size) {
    const bool root = node == set.root_;
    if (height == 0) {
      const auto* leaf = static_cast<const typename Set::Leaf*>(node);
      ++shape.leaves;
      size += leaf->count;
      EXPECT_EQ(leaf->previous, previous);
      EXPECT_EQ(previous == nullptr ? set.first_ : previous->next, leaf);
      previous = leaf;
      EXPECT_GE(leaf->count, root || at_end ? 1U : Set::Leaf::kMinimum);
      EXPECT_LE(leaf->count, Set::Leaf::kSlots);
      for (std::size_t i = 0; i < leaf->count; ++i) {
        EXPECT_TRUE(i == 0 || leaf->values[i - 1] < leaf->values[i]);
        EXPECT_TRUE(low == nullptr || !(leaf->values[i] < *low));
        EXPECT_TRUE(high == nullptr || leaf->values[i] < *high);
      }
      return;
    }
    const auto* inner = static_cast<const typename Set::Inner*>(node);
    ++shape.inner;
    EXPECT_GE(inner->count, root || at_end ? 2U : Set::Inner::kMinimum);
    EXPECT_LE(inner->count, Set::Inner::kSlots);
    if (low != nullptr) {
      EXPECT_TRUE(!(inner->lowest[0] < *low) && !(*low < inner->lowest[0]));
    }
    for (std::size_t i = 0; i < inner->count; ++i) {
      const bool last = i + 1 == inner->count;
      Walk<Set>(set, inner->children[i], height - 1, i == 0 ? low : inner->lowest + i,
                last ? high : inner->lowest + i + 1, at_end && last, shape, previous, size);
    }
  }
};

namespace {

// Six values a node, the fewest there are: a few hundred values make a high tree.
using SmallNodes = SortedSet<int, std::less<>, 1>;
using Peer = SortedSetTestPeer;

static_assert(std::bidirectional_iterator<SmallNodes::const_iterator>);
static_assert(std::is_nothrow_move_constructible_v<SmallNodes>);
static_assert(std::is_nothrow_move_assignable_v<SmallNodes>);

// A value that cannot be made out of nothing or assigned to, and is compared with plain numbers.
struct Point {
  explicit Point(int at) : x(at) {}
  const int x;
  friend auto operator<=>(const Point&, const Point&) = default;
  friend auto operator<=>(const Point& point, int at) { return point.x <=> at; }
};

std::vector<int> Values(const SmallNodes& set) { return {set.begin(), set.end()}; }

void ExpectEqual(const SmallNodes& set, const std::set<int>& model) {
  ASSERT_EQ(set.size(), model.size());
  ASSERT_EQ(set.empty(), model.empty());
  ASSERT_TRUE(std::equal(set.begin(), set.end(), model.begin(), model.end()));
  ASSERT_TRUE(std::equal(set.rbegin(), set.rend(), model.rbegin(), model.rend()));
}

void ExpectSamePlace(const SmallNodes& set, SmallNodes::const_iterator got, const std::set<int>& model,
                     std::set<int>::const_iterator want) {
  ASSERT_EQ(got == set.end(), want == model.end());
  if (want != model.end()) {
    ASSERT_EQ(*got, *want);
  }
  ASSERT_EQ(std::distance(set.begin(), got), std::distance(model.begin(), want));
}

void ExpectSameLookups(const SmallNodes& set, const std::set<int>& model, int key) {
  ExpectSamePlace(set, set.find(key), model, model.find(key));
  ExpectSamePlace(set, set.lower_bound(key), model, model.lower_bound(key));
  ExpectSamePlace(set, set.upper_bound(key), model, model.upper_bound(key));
  ASSERT_EQ(set.contains(key), model.contains(key));
}

// Inserts and erases at random, on the way up to about `limit` values and down again, and compares each step.
void RunAgainstModel(std::uint32_t seed, int limit) {
  SCOPED_TRACE(testing::Message() << "seed " << seed << ", limit " << limit);
  std::mt19937 random(seed);
  const auto below = [&](int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random); };
  SmallNodes set;
  std::set<int> model;
  for (int step = 0; step < 4 * limit; ++step) {
    const int key = below(2 * limit);
    const int inserts_of_ten = step < 2 * limit ? 8 : 2;
    if (below(10) < inserts_of_ten) {
      const auto [want, want_inserted] = model.insert(key);
      if (below(3) == 0) {
        // A hint may be right, near, or nonsense.
        const auto hint = below(2) == 0 ? set.upper_bound(key) : set.lower_bound(below(2 * limit));
        ExpectSamePlace(set, set.insert(hint, key), model, want);
      } else {
        const auto [place, inserted] = set.insert(key);
        ASSERT_EQ(inserted, want_inserted);
        ExpectSamePlace(set, place, model, want);
      }
    } else if (below(2) == 0) {
      ASSERT_EQ(set.erase(key), model.erase(key));
    } else if (const auto want = model.lower_bound(key); want != model.end()) {
      const auto next = set.erase(set.lower_bound(key));
      ExpectSamePlace(set, next, model, model.erase(want));
    }
    ExpectSameLookups(set, model, below(2 * limit));
    Peer::Check(set);
    if (testing::Test::HasFailure()) return;
  }
  ExpectEqual(set, model);
  while (!model.empty()) {
    ASSERT_EQ(set.erase(*model.begin()), 1U);
    model.erase(model.begin());
    Peer::Check(set);
    if (testing::Test::HasFailure()) return;
  }
  ExpectEqual(set, model);
}

TEST(SortedSetTest, MatchesStdSetAtEverySize) {
  std::uint32_t seed = 1;
  // A node has six slots: the sizes around each further level among others.
  for (const int limit : {1, 2, 5, 6, 7, 11, 12, 13, 35, 36, 37, 72, 215, 216, 217, 500, 1300}) {
    for (int run = 0; run < 3; ++run) {
      RunAgainstModel(seed++, limit);
      if (HasFailure()) return;
    }
  }
}

TEST(SortedSetTest, EveryLookupAtEverySizeOfAGrowingSet) {
  SmallNodes set;
  std::set<int> model;
  for (int i = 0; i < 120; ++i) {
    const int value = 2 * (i * 37 % 120);
    set.insert(value);
    model.insert(value);
    for (int key = -1; key <= 240; ++key) {
      ExpectSameLookups(set, model, key);
      if (HasFailure()) return;
    }
  }
}

TEST(SortedSetTest, AnEmptySetHasNothingAndOwnsNothing) {
  FailingNew failing(0, FailingNew::Kind::kOnwards);
  SmallNodes set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.begin(), set.end());
  EXPECT_EQ(set.find(1), set.end());
  EXPECT_EQ(set.lower_bound(1), set.end());
  EXPECT_EQ(set.erase(1), 0U);
  set.clear();
  const SmallNodes copy(set);
  EXPECT_EQ(copy, set);
  EXPECT_FALSE(failing.happened());
}

TEST(SortedSetTest, AListIsItsValuesOnceAndInOrder) {
  const SortedSet<int> set = {3, 1, 2, 3};
  EXPECT_EQ(std::vector<int>(set.begin(), set.end()), (std::vector{1, 2, 3}));
}

TEST(SortedSetTest, ASetThatWasEmptiedIsAsNew) {
  SmallNodes set;
  for (int i = 0; i < 100; ++i) set.insert(i);
  for (auto place = set.begin(); place != set.end();) place = set.erase(place);
  EXPECT_EQ(set, SmallNodes());
  EXPECT_EQ(Peer::Check(set).leaves, 0U);
  set.insert(7);
  EXPECT_EQ(Values(set), std::vector{7});
  set.clear();
  EXPECT_EQ(Peer::Check(set).leaves, 0U);
  EXPECT_EQ(set.begin(), set.end());
}

TEST(SortedSetTest, CopiesAreIndependentAndMovesLeaveNothingBehind) {
  SmallNodes set;
  for (int i = 0; i < 300; ++i) set.insert(i * 7 % 300);
  SmallNodes copy = set;
  EXPECT_EQ(copy, set);
  Peer::Check(copy);
  copy.erase(5);
  EXPECT_NE(copy, set);
  copy.insert(1000);
  EXPECT_NE(copy, set);  // The same number of values, not the same values.
  SmallNodes moved = std::move(copy);
  EXPECT_EQ(moved.size(), 300U);
  EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move): a moved set is promised to be empty.
  copy = moved;
  EXPECT_EQ(copy, moved);
  copy = set;
  EXPECT_EQ(copy, set);
  EXPECT_EQ(moved.size(), 300U);
  SmallNodes& same = copy;
  copy = same;
  EXPECT_EQ(copy, set);
}

TEST(SortedSetTest, AnInsertThatRunsOutOfMemoryChangesNothing) {
  std::mt19937 random(11);
  std::vector<int> values(400);
  std::iota(values.begin(), values.end(), 0);
  for (const bool ascending : {true, false}) {
    if (!ascending) std::ranges::shuffle(values, random);
    SmallNodes set;
    std::size_t most = 0;
    for (const int value : values) {
      for (std::size_t fails_at = 0;; ++fails_at) {
        const std::vector<int> before = Values(set);
        bool thrown = false;
        {
          FailingNew failing(fails_at);
          try {
            ascending ? (void)set.insert(set.end(), value) : (void)set.insert(value);
          } catch (const std::bad_alloc&) {
            thrown = true;
          }
        }
        Peer::Check(set);
        if (!thrown) {
          most = std::max(most, fails_at);
          break;
        }
        ASSERT_EQ(Values(set), before) << value << " at allocation " << fails_at;
      }
      ASSERT_TRUE(set.contains(value));
    }
    EXPECT_EQ(set.size(), values.size());
    EXPECT_GT(most, 3U) << "the run must see splits that reach several levels up";
  }
}

TEST(SortedSetTest, ACopyThatRunsOutOfMemoryLeavesNothingBehind) {
  SmallNodes set;
  for (int i = 0; i < 200; ++i) set.insert(i);
  SmallNodes target;
  target.insert(1);
  std::size_t failures = 0;
  for (bool done = false; !done; ++failures) {
    FailingNew failing(failures);
    try {
      target = set;
      done = true;
    } catch (const std::bad_alloc&) {
      ASSERT_EQ(target.size(), 1U);
    }
  }
  EXPECT_GT(failures, 30U);
  EXPECT_EQ(target, set);
}

TEST(SortedSetTest, ErasingAndLookingNeverAllocates) {
  SmallNodes set;
  for (int i = 0; i < 1000; ++i) set.insert(i * 7 % 1000);
  FailingNew failing(0, FailingNew::Kind::kOnwards);
  for (int i = 0; i < 1000; ++i) {
    const int value = i * 13 % 1000;
    ASSERT_EQ(*set.find(value), value);
    ASSERT_EQ(set.erase(value), 1U);
  }
  EXPECT_FALSE(failing.happened());
}

TEST(SortedSetTest, ValuesNeedNoDefaultAndNoAssignment) {
  SortedSet<Point, std::less<>, 1> set;
  for (int i = 0; i < 200; ++i) set.insert(Point(i * 7 % 200));
  for (int i = 0; i < 200; i += 2) set.erase(Point(i));
  Peer::Check(set);
  EXPECT_EQ(set.size(), 100U);
  EXPECT_EQ(set.find(101)->x, 101);
  EXPECT_EQ(set.lower_bound(100)->x, 101);
  EXPECT_EQ(set.upper_bound(101)->x, 103);
  EXPECT_FALSE(set.contains(100));
}

// Compares a number with all numbers of its ten.
struct Tens {
  int tens;
  friend bool operator<(const Tens& a, int b) { return a.tens < b / 10; }
  friend bool operator<(int a, const Tens& b) { return a / 10 < b.tens; }
};

TEST(SortedSetTest, AKeyMayStandForSeveralValues) {
  SmallNodes set;
  for (int i = 0; i < 300; ++i) set.insert(i);
  // What led to a node stays there as its bound after it was erased.
  for (int i = 0; i < 300; ++i) {
    if (i % 10 != 4) set.erase(i);
  }
  for (int tens = 0; tens < 30; ++tens) {
    EXPECT_EQ(*set.find(Tens{tens}), 10 * tens + 4);
    EXPECT_EQ(*set.lower_bound(Tens{tens}), 10 * tens + 4);
    EXPECT_EQ(set.upper_bound(Tens{tens}), std::next(set.lower_bound(Tens{tens})));
  }
  EXPECT_FALSE(set.contains(Tens{30}));
}

TEST(SortedSetTest, ADescendingOrderIsPossible) {
  SortedSet<int, std::greater<>, 1> set;
  for (int i = 0; i < 100; ++i) set.insert(i);
  EXPECT_EQ(*set.begin(), 99);
  EXPECT_EQ(*set.rbegin(), 0);
  EXPECT_EQ(*set.lower_bound(50), 50);
}

TEST(SortedSetTest, AscendingValuesFillTheirNodes) {
  SortedSet<std::uint64_t> set;
  for (std::uint64_t i = 0; i < 200000; ++i) set.insert(i);
  const auto shape = Peer::Check(set);
  EXPECT_GT(shape.Full(set), 0.99);
  EXPECT_LT(shape.inner * 30, shape.leaves);
}

TEST(SortedSetTest, RandomValuesFillTwoThirds) {
  std::mt19937_64 random(5);
  SortedSet<std::uint64_t> set;
  for (int i = 0; i < 200000; ++i) set.insert(random());
  EXPECT_GT(Peer::Check(set).Full(set), 0.6);
}

TEST(SortedSetTest, ASetThatShrankGivesItsNodesBack) {
  std::mt19937_64 random(6);
  std::vector<std::uint64_t> values(100000);
  std::ranges::generate(values, random);
  SortedSet<std::uint64_t> set;
  for (const std::uint64_t value : values) set.insert(value);
  const std::size_t height = Peer::Height(set);
  std::ranges::shuffle(values, random);
  while (values.size() > 500) {
    ASSERT_EQ(set.erase(values.back()), 1U);
    values.pop_back();
  }
  EXPECT_LE(Peer::Check(set).leaves, std::size_t{3} * 500 / Peer::LeafSlots<SortedSet<std::uint64_t>>() + 1);
  EXPECT_LT(Peer::Height(set), height);
}

TEST(SortedSetTest, AWindowThatSlidesUpKeepsItsNodesFull) {
  SortedSet<int> set;
  for (int i = 0; i < 200000; ++i) {
    set.insert(i);
    if (i >= 5000) {
      ASSERT_EQ(set.erase(i - 5000), 1U);
    }
  }
  EXPECT_GT(Peer::Check(set).Full(set), 0.9);
}

}  // namespace
}  // namespace natplan
