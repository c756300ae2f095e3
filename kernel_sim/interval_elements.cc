#include "kernel_sim/interval_elements.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace natplan::kernel_sim {

IntervalElements::~IntervalElements() {
  for (Element* element : nodes_) Element::Free(element);
}

InsertResult IntervalElements::Insert(ElementPointer& element, std::uint64_t batch) {
  cookie_.EnterBatch(batch);
  array_is_good_ = false;
  const IntervalKey key{element->key(), element->is_end()};
  const InsertResult result = JudgeInsert(nodes_, key, anonymous_, cookie_);
  if (result.outcome != InsertOutcome::kInserted) return result;
  // A new start goes below the other starts of its key, a new end above the other ends.
  const auto hint = key.end ? nodes_.lower_bound(key) : nodes_.upper_bound(key);
  nodes_.emplace_hint(hint, element.release());
  return result;
}

// Kernel: net/netfilter/nft_set_rbtree.c nft_rbtree_deactivate() (6.18)
Element* IntervalElements::Deactivate(std::span<const std::uint8_t> key, bool end, std::uint64_t batch) {
  cookie_.EnterBatch(batch);
  array_is_good_ = false;
  const auto [first, last] = nodes_.equal_range(IntervalKey{key, end});
  const auto found = std::find_if(first, last, [](const Element* node) { return node->active; });
  if (found == last || !JudgeDelete(nodes_, found, cookie_)) return nullptr;
  (*found)->active = false;
  return *found;
}

IntervalNodes::iterator IntervalElements::PlaceOf(const Element* element) const {
  const auto [first, last] = nodes_.equal_range(IntervalKey{element->key(), element->is_end()});
  return std::find(first, last, element);
}

ElementPointer IntervalElements::Remove(Element* element) {
  walk_ = nodes_.end();
  array_is_good_ = false;
  nodes_.erase(PlaceOf(element));
  if (cookie_.start == element) cookie_.start = nullptr;
  return {element, &Element::Free};
}

// Kernel: net/netfilter/nft_set_rbtree.c nft_rbtree_commit() (6.18)
void IntervalElements::BuildArray() const {
  array_.clear();
  const Element* below = nullptr;
  for (auto place = nodes_.rbegin(); place != nodes_.rend(); ++place) {
    const Element* node = *place;
    const bool closes = below != nullptr && !below->is_end();
    if (closes) array_.push_back({below, node});
    if (!closes && node->is_end()) array_.push_back({nullptr, node});
    below = node;
  }
  if (below != nullptr && !below->is_end()) array_.push_back({below, nullptr});
  array_is_good_ = true;
}

// Which of two adjacent intervals answers a question for the end at their border depends on how the search
// halves the array, so it halves as the kernel's does. Kernel: net/netfilter/nft_set_rbtree.c
// nft_rbtree_get() (6.18), lib/bsearch.c
std::optional<const Element*> IntervalElements::Get(std::span<const std::uint8_t> key, bool end) const {
  if (!array_is_good_) BuildArray();
  const auto compare = [&](const Element* node) {
    return std::memcmp(key.data(), node->key().data(), key.size());
  };
  std::size_t base = 0;
  for (std::size_t count = array_.size(); count > 0;) {
    const std::size_t pivot = base + count / 2;
    const Interval& interval = array_[pivot];
    const bool above_from = interval.from != nullptr && compare(interval.from) >= 0;
    const int to = interval.to != nullptr ? compare(interval.to) : -1;
    if (above_from && (to < 0 || (end && to == 0))) return end ? interval.to : interval.from;
    if (interval.from == nullptr || above_from) {
      base = pivot + 1;
      --count;
    }
    count /= 2;
  }
  return std::nullopt;
}

Element* IntervalElements::Next(const Element* after) const {
  if (after == nullptr) {
    walk_ = nodes_.begin();
  } else {
    if (walk_ == nodes_.end() || *walk_ != after) walk_ = PlaceOf(after);
    ++walk_;
  }
  return walk_ == nodes_.end() ? nullptr : *walk_;
}

// The null end that nft puts in front does not count; the kernel looks for a byte of value 1 where it means a
// byte that is not 0, and so do we. Kernel: net/netfilter/nft_set_rbtree.c nft_rbtree_adjust_maxsize() (6.18)
std::uint32_t IntervalElements::FreeElements() const {
  if (nodes_.empty()) return 0;
  const Element* last = *std::prev(nodes_.end());
  if (!last->is_end()) return 0;
  return std::ranges::count(last->key(), 1) != 0 ? 0 : 1;
}

}  // namespace natplan::kernel_sim
