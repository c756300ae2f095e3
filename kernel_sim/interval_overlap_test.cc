#include "kernel_sim/interval_overlap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "kernel_sim/interval_elements.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr unsigned kKeys = 4;
constexpr std::uint64_t kBatch = 1;

// The rule written down a second time, as slowly and plainly as possible: a list in the order of the walk.
class Oracle {
 public:
  InsertOutcome Insert(unsigned key, bool end) {
    std::size_t first = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].key > key) first = i;
    }
    std::optional<std::size_t> ge;
    std::optional<std::size_t> le;
    for (std::size_t i = first; i < nodes_.size() && !le; ++i) {
      const Node& node = nodes_[i];
      if (!node.active) continue;
      const bool below = node.key < key || (node.key == key && node.end);
      (below ? le : ge) = i;
    }
    const bool null_end = end && key == 0;
    if (null_end || !end) {
      if (null_end || cookie_) cookie_.reset();
    }
    if (!end && ge && !nodes_[*ge].end && nodes_[*ge].key == key) {
      cookie_ = nodes_[*ge].number;
      return InsertOutcome::kDuplicate;
    }
    if (end && le && nodes_[*le].end && nodes_[*le].key == key) {
      if (null_end) return InsertOutcome::kIgnored;
      if (cookie_) {
        const unsigned expected = *cookie_;
        cookie_.reset();
        std::size_t below = *le + 1;
        while (below < nodes_.size() && !nodes_[below].active) ++below;
        if (below == nodes_.size() || nodes_[below].number != expected) return InsertOutcome::kOverlap;
      }
      return InsertOutcome::kDuplicate;
    }
    if (le && nodes_[*le].end == end) return InsertOutcome::kOverlap;
    if (ge && nodes_[*ge].end && end) return InsertOutcome::kOverlap;
    std::size_t place = 0;
    while (place < nodes_.size() &&
           (nodes_[place].key > key || (nodes_[place].key == key && !nodes_[place].end))) {
      ++place;
    }
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(place), {key, end, true, next_number_++});
    return InsertOutcome::kInserted;
  }

  bool Delete(unsigned key, bool end) {
    const auto found = std::ranges::find_if(
        nodes_, [&](const Node& node) { return node.active && node.key == key && node.end == end; });
    if (found == nodes_.end()) return false;
    if (end && key == 0) {
      cookie_.reset();
    } else if (!end) {
      cookie_ = found->number;
    } else if (cookie_) {
      const unsigned expected = *cookie_;
      cookie_.reset();
      if (found + 1 == nodes_.end() || (found + 1)->number != expected) return false;
    }
    found->active = false;
    return true;
  }

  std::string Walk() const {
    std::string text;
    for (const Node& node : nodes_) text += Name(node.key, node.end, node.active);
    return text;
  }

  static std::string Name(unsigned key, bool end, bool active) {
    return std::string(active ? " " : " -") + (end ? "end" : "start") + std::to_string(key);
  }

 private:
  struct Node {
    unsigned key;
    bool end;
    bool active;
    unsigned number;
  };
  std::vector<Node> nodes_;
  std::optional<unsigned> cookie_;
  unsigned next_number_ = 0;
};

struct Step {
  unsigned key;
  bool end;
  bool remove;
};

ElementPointer Node(unsigned key, bool end) {
  const std::array<std::uint8_t, 1> bytes = {static_cast<std::uint8_t>(key)};
  return Element::Make(bytes, end ? NFT_SET_ELEM_INTERVAL_END : 0, nullptr, {});
}

std::string WalkOf(const IntervalElements& elements) {
  std::string text;
  for (const Element* node = elements.Next(nullptr); node != nullptr; node = elements.Next(node)) {
    text += Oracle::Name(node->key()[0], node->is_end(), node->active);
  }
  return text;
}

// Runs the steps on both and compares every answer and the walk at the end.
void Compare(const std::vector<Step>& steps) {
  Oracle oracle;
  IntervalElements elements;
  std::string history;
  for (const Step& step : steps) {
    history += (step.remove ? " delete" : " insert") + Oracle::Name(step.key, step.end, true);
    if (step.remove) {
      const std::array<std::uint8_t, 1> key = {static_cast<std::uint8_t>(step.key)};
      const bool removed = elements.Deactivate(key, step.end, kBatch) != nullptr;
      ASSERT_EQ(removed, oracle.Delete(step.key, step.end)) << history;
      continue;
    }
    ElementPointer node = Node(step.key, step.end);
    ASSERT_EQ(elements.Insert(node, kBatch).outcome, oracle.Insert(step.key, step.end)) << history;
  }
  ASSERT_EQ(WalkOf(elements), oracle.Walk()) << history;
}

TEST(IntervalOverlap, AgreesWithThePlainRuleOnEverySequenceOfFourStepsInATinyWorld) {
  constexpr unsigned kChoices = kKeys * 4;
  const auto step = [](unsigned choice) { return Step{choice / 4, (choice & 1) != 0, (choice & 2) != 0}; };
  for (unsigned code = 0; code < kChoices * kChoices * kChoices * kChoices; ++code) {
    std::vector<Step> steps;
    for (unsigned rest = code, i = 0; i < 4; ++i, rest /= kChoices) steps.push_back(step(rest % kChoices));
    Compare(steps);
    if (HasFatalFailure()) return;
  }
}

TEST(IntervalOverlap, AgreesWithThePlainRuleOnLongSequences) {
  std::uint64_t state = 1;
  const auto next = [&](unsigned limit) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<unsigned>(state >> 33) % limit;
  };
  for (int round = 0; round < 5000; ++round) {
    std::vector<Step> steps;
    for (unsigned i = 0; i < 20; ++i) steps.push_back({next(12), next(2) == 1, next(4) == 0});
    Compare(steps);
    if (HasFatalFailure()) return;
  }
}

// Recorded from a live kernel.
TEST(IntervalOverlap, AWiderIntervalWithTheSameEndIsTakenBecauseItsEndIsADuplicate) {
  IntervalElements elements;
  for (const auto& [key, end] : {std::pair{16U, false}, {32U, true}, {8U, false}}) {
    ElementPointer node = Node(key, end);
    EXPECT_EQ(elements.Insert(node, kBatch).outcome, InsertOutcome::kInserted);
  }
  ElementPointer end = Node(32, true);
  EXPECT_EQ(elements.Insert(end, kBatch).outcome, InsertOutcome::kDuplicate);
  EXPECT_EQ(WalkOf(elements), " end32 start16 start8");
}

TEST(IntervalOverlap, AStartInsideAnIntervalIsRefused) {
  IntervalElements elements;
  for (const auto& [key, end] : {std::pair{16U, false}, {32U, true}}) {
    ElementPointer node = Node(key, end);
    ASSERT_EQ(elements.Insert(node, kBatch).outcome, InsertOutcome::kInserted);
  }
  ElementPointer inside = Node(20, false);
  EXPECT_EQ(elements.Insert(inside, kBatch).outcome, InsertOutcome::kOverlap);
}

}  // namespace
}  // namespace natplan::kernel_sim
