#include "kernel_sim/interval_elements.h"

#include <algorithm>
#include <iterator>

namespace natplan::kernel_sim {

IntervalElements::~IntervalElements() {
  for (Element* element : nodes_) Element::Free(element);
}

InsertResult IntervalElements::Insert(ElementPointer& element, std::uint64_t batch) {
  cookie_.EnterBatch(batch);
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
  nodes_.erase(PlaceOf(element));
  if (cookie_.start == element) cookie_.start = nullptr;
  return {element, &Element::Free};
}

// Only the node next to the key decides, and a start exactly at the key is an answer even to a question for an end.
// Kernel: net/netfilter/nft_set_rbtree.c __nft_rbtree_get() (6.18)
const Element* IntervalElements::Get(std::span<const std::uint8_t> key, bool end) const {
  const auto first = nodes_.lower_bound(IntervalKey{key, false});
  const auto below = nodes_.upper_bound(IntervalKey{key, true});
  if (first != below) {
    const bool has_start = !(*first)->is_end();
    const Element* last = *std::prev(below);
    if (end) return last;
    return has_start ? *first : nullptr;
  }
  if (!end) return below != nodes_.end() && !(*below)->is_end() ? *below : nullptr;
  if (first == nodes_.begin()) return nullptr;
  const Element* above = *std::prev(first);
  return above->is_end() ? above : nullptr;
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

// The null end that nft puts in front does not count; the kernel looks for a byte of value 1 where it means a byte
// that is not 0, and so do we. Kernel: net/netfilter/nft_set_rbtree.c nft_rbtree_adjust_maxsize() (6.18)
std::uint32_t IntervalElements::FreeElements() const {
  if (nodes_.empty()) return 0;
  const Element* last = *std::prev(nodes_.end());
  if (!last->is_end()) return 0;
  return std::ranges::count(last->key(), 1) != 0 ? 0 : 1;
}

}  // namespace natplan::kernel_sim
