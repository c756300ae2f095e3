#include "kernel_sim/interval_overlap.h"

#include <algorithm>
#include <compare>
#include <cstring>
#include <iterator>
#include <utility>

namespace natplan::kernel_sim {
namespace {

int Compare(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) {
  return std::memcmp(left.data(), right.data(), std::min(left.size(), right.size()));
}

bool Before(std::span<const std::uint8_t> left, bool left_end, std::span<const std::uint8_t> right,
            bool right_end) {
  const int order = Compare(left, right);
  return order != 0 ? order > 0 : !left_end && right_end;
}

// The next active node below `place` in the walk.
IntervalNodes::const_iterator NextActive(const IntervalNodes& nodes, IntervalNodes::const_iterator place) {
  do {
    ++place;
  } while (place != nodes.end() && !(*place)->active);
  return place;
}

// The last active node above `place`.
const Element* ActiveAbove(const IntervalNodes& nodes, IntervalNodes::const_iterator place) {
  while (place != nodes.begin()) {
    --place;
    if ((*place)->active) return *place;
  }
  return nullptr;
}

}  // namespace

bool IntervalOrder::operator()(const Element* left, const Element* right) const {
  return Before(left->key(), left->is_end(), right->key(), right->is_end());
}

bool IntervalOrder::operator()(const Element* left, const IntervalKey& right) const {
  return Before(left->key(), left->is_end(), right.key, right.end);
}

bool IntervalOrder::operator()(const IntervalKey& left, const Element* right) const {
  return Before(left.key, left.end, right->key(), right->is_end());
}

void IntervalCookie::EnterBatch(std::uint64_t number) {
  if (batch != number) *this = {nullptr, number};
}

bool IsNullEnd(std::span<const std::uint8_t> key, bool end) {
  return end && std::ranges::all_of(key, [](std::uint8_t byte) { return byte == 0; });
}

InsertResult JudgeInsert(const IntervalNodes& nodes, const IntervalKey& added, bool anonymous,
                         IntervalCookie& cookie) {
  // The nodes next to the new one: `ge` at or above its key, `le` at or below. The walk begins at the last
  // node above the key, active or not, and at the first node if there is none above.
  auto place = nodes.lower_bound(IntervalKey{added.key, false});
  if (place != nodes.begin()) --place;
  const Element* ge = nullptr;
  auto le = nodes.end();
  for (; place != nodes.end(); ++place) {
    const Element* node = *place;
    if (!node->active) continue;
    const int order = Compare(node->key(), added.key);
    if (order < 0 || (order == 0 && node->is_end())) {
      le = place;
      break;
    }
    ge = node;
  }

  const bool null_end = IsNullEnd(added.key, added.end);
  if (null_end || (!added.end && cookie.start != nullptr)) cookie.start = nullptr;

  if (!added.end && ge != nullptr && !ge->is_end() && Compare(ge->key(), added.key) == 0) {
    cookie.start = ge;
    return {InsertOutcome::kDuplicate, ge};
  }
  if (added.end && le != nodes.end() && (*le)->is_end() && Compare((*le)->key(), added.key) == 0) {
    if (null_end) return {InsertOutcome::kIgnored, *le};
    if (cookie.start != nullptr) {
      const Element* expected = std::exchange(cookie.start, nullptr);
      const auto below = NextActive(nodes, le);
      if (below == nodes.end() || *below != expected) return {InsertOutcome::kOverlap, *le};
    }
    return {InsertOutcome::kDuplicate, *le};
  }
  if (le != nodes.end() && !(*le)->is_end() && !added.end) {
    // An anonymous set lists adjacent starts on purpose; only a node above that closes `le` makes it an
    // overlap.
    const Element* above = ActiveAbove(nodes, le);
    if (!anonymous || (above != nullptr && above->is_end())) return {InsertOutcome::kOverlap, *le};
  }
  if (le != nodes.end() && (*le)->is_end() && added.end) return {InsertOutcome::kOverlap, *le};
  if (ge != nullptr && ge->is_end() && added.end) return {InsertOutcome::kOverlap, ge};
  return {};
}

bool JudgeDelete(const IntervalNodes& nodes, IntervalNodes::const_iterator found, IntervalCookie& cookie) {
  const Element* node = *found;
  if (IsNullEnd(node->key(), node->is_end())) {
    cookie.start = nullptr;
  } else if (!node->is_end()) {
    cookie.start = node;
  } else if (cookie.start != nullptr) {
    const Element* expected = std::exchange(cookie.start, nullptr);
    const auto below = std::next(found);
    return below != nodes.end() && *below == expected;
  }
  return true;
}

}  // namespace natplan::kernel_sim
