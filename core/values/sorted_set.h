// An ordered set of small values that stays fast at a million of them. std::set takes an allocation and a
// cache miss for each step down its tree; here some dozens of values lie side by side in one node.
#ifndef NATPLAN_CORE_VALUES_SORTED_SET_H_
#define NATPLAN_CORE_VALUES_SORTED_SET_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/values/sorted_set_node.h"

namespace natplan {

// A part of std::set's interface on a B+ tree: the values lie in linked leaves, inner nodes hold copies of
// some of them to find the way. insert, erase, find and the bounds cost O(log n). Nodes are between a third
// full and full, those at the upper end aside, which may be emptier; half full after a split, and full if the
// values come in ascending order. An empty set owns no memory.
//
// insert may throw std::bad_alloc and then changes nothing; what else is not a copy neither throws nor
// allocates. Every change invalidates all iterators but the one that it returns. Not thread-safe.
//
// kNodeBytes is about the size of a node: larger ones are quicker to search, smaller ones quicker to change.
template <typename T, typename Less = std::less<>, std::size_t kNodeBytes = 1024>
class SortedSet {
  static_assert(std::is_trivially_copyable_v<T>, "values are moved as bytes");
  static_assert(std::is_empty_v<Less>, "the order has no state");

  using Leaf = sorted_set::Leaf<T, kNodeBytes>;

 public:
  using value_type = T;
  using key_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;

  class const_iterator {  // NOLINT(readability-identifier-naming): the name that std::set gives it.
   public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() noexcept = default;
    reference operator*() const noexcept { return leaf_->values[index_]; }
    pointer operator->() const noexcept { return leaf_->values + index_; }
    const_iterator& operator++() noexcept {
      ++index_;
      if (index_ == leaf_->count && leaf_->next != nullptr) *this = const_iterator(leaf_->next, 0);
      return *this;
    }
    const_iterator& operator--() noexcept {
      if (index_ == 0) *this = const_iterator(leaf_->previous, leaf_->previous->count);
      --index_;
      return *this;
    }
    const_iterator operator++(int) noexcept { return std::exchange(*this, std::next(*this)); }
    const_iterator operator--(int) noexcept { return std::exchange(*this, std::prev(*this)); }
    friend bool operator==(const const_iterator&, const const_iterator&) noexcept = default;

   private:
    friend class SortedSet;
    const_iterator(Leaf* leaf, std::size_t index) noexcept : leaf_(leaf), index_(index) {}
    // Behind a leaf's last value only in the last leaf.
    Leaf* leaf_ = nullptr;
    std::size_t index_ = 0;
  };
  using iterator = const_iterator;
  using const_reverse_iterator = std::reverse_iterator<const_iterator>;
  using reverse_iterator = const_reverse_iterator;

  SortedSet() noexcept = default;
  SortedSet(std::initializer_list<T> values) : SortedSet() {
    for (const T& value : values) insert(value);
  }
  // The copy's leaves are full.
  SortedSet(const SortedSet& other) : SortedSet() {
    for (const T& value : other) insert(value);
  }
  SortedSet(SortedSet&& other) noexcept { Swap(other); }
  SortedSet& operator=(SortedSet other) noexcept {
    Swap(other);
    return *this;
  }
  ~SortedSet() { clear(); }

  const_iterator begin() const noexcept { return {first_, 0}; }
  const_iterator end() const noexcept { return {last_, last_ == nullptr ? 0 : last_->count}; }
  const_reverse_iterator rbegin() const noexcept { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const noexcept { return const_reverse_iterator(begin()); }
  size_type size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  // The lookups take a value, or whatever Less can compare with one (it is transparent then).
  template <typename Key = T>
  const_iterator lower_bound(const Key& key) const noexcept {
    return Bound([&](const T& value) { return Less{}(value, key); });
  }
  template <typename Key = T>
  const_iterator upper_bound(const Key& key) const noexcept {
    return Bound([&](const T& value) { return !Less{}(key, value); });
  }
  template <typename Key = T>
  const_iterator find(const Key& key) const noexcept {
    const const_iterator found = lower_bound(key);
    return found != end() && !Less{}(key, *found) ? found : end();
  }
  template <typename Key = T>
  bool contains(const Key& key) const noexcept {
    return find(key) != end();
  }

  // The value's place, and whether it was not there before; if it was, nothing changes.
  std::pair<iterator, bool> insert(const T& value);
  // The same, and without a search where `hint` is the place behind the value.
  iterator insert(const_iterator hint, const T& value);
  // The place behind the erased value.
  iterator erase(const_iterator position) noexcept;
  // 1 if it was there, otherwise 0.
  size_type erase(const T& value) noexcept;
  void clear() noexcept {
    if (root_ != nullptr) Free(root_, height_);
    root_ = nullptr;
    first_ = last_ = nullptr;
    height_ = size_ = 0;
  }

  friend bool operator==(const SortedSet& a, const SortedSet& b) noexcept {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  friend struct SortedSetTestPeer;

  using Node = sorted_set::Node;
  using Inner = sorted_set::Inner<T, kNodeBytes>;
  // An inner node has at least two children, so no address space holds a higher tree.
  static constexpr std::size_t kMaxHeight = 64;

  // The way from the root to a leaf: at each inner node, which child was taken.
  struct Step {
    Inner* inner;
    std::size_t index;
  };
  using Path = std::array<Step, kMaxHeight>;
  // What a split may need, had before anything changes.
  struct Spares {
    std::unique_ptr<Leaf> leaf;
    std::array<std::unique_ptr<Inner>, kMaxHeight> inner;  // by the height above the leaves
  };

  void Swap(SortedSet& other) noexcept {
    std::swap(root_, other.root_);
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(height_, other.height_);
    std::swap(size_, other.size_);
  }

  static void Free(Node* node, std::size_t height) noexcept {
    if (height == 0) {
      delete static_cast<Leaf*>(node);
      return;
    }
    auto* inner = static_cast<Inner*>(node);
    for (std::size_t i = 0; i < inner->count; ++i) Free(inner->children[i], height - 1);
    delete inner;
  }

  // The first value that does not satisfy `before`.
  template <typename Before>
  const_iterator Bound(const Before& before) const noexcept {
    if (root_ == nullptr) return end();
    Node* node = root_;
    for (std::size_t level = height_; level > 0; --level) {
      auto* inner = static_cast<Inner*>(node);
      node = inner->children[inner->ChildFor(before)];
    }
    auto* leaf = static_cast<Leaf*>(node);
    leaf->Prefetch();
    return Normal(leaf, sorted_set::CountBefore(leaf->values, leaf->count, before));
  }

  static const_iterator Normal(Leaf* leaf, std::size_t index) noexcept {
    if (index == leaf->count && leaf->next != nullptr) return {leaf->next, 0};
    return {leaf, index};
  }

  // The leaf that holds `value` if the set does, and the way to it. The set must not be empty.
  Leaf* Descend(const T& value, Path& path) const noexcept {
    Node* node = root_;
    for (std::size_t depth = 0; depth < height_; ++depth) {
      auto* inner = static_cast<Inner*>(node);
      path[depth] = {inner, inner->ChildFor([&](const T& other) { return !Less{}(value, other); })};
      node = inner->children[path[depth].index];
    }
    auto* leaf = static_cast<Leaf*>(node);
    leaf->Prefetch();
    return leaf;
  }

  static std::size_t Place(const Leaf& leaf, const T& value) noexcept {
    return sorted_set::CountBefore(leaf.values, leaf.count,
                                   [&](const T& other) { return Less{}(other, value); });
  }

  Spares Reserve(const Path& path) const;
  iterator InsertInto(Leaf& leaf, std::size_t index, const T& value) noexcept;
  iterator InsertSplitting(const Path& path, Leaf& leaf, std::size_t index, const T& value);
  void PutAbove(const Path& path, Spares& spares, bool at_end, Node* child, const T& lowest) noexcept;
  iterator EraseAt(const Path& path, Leaf* leaf, std::size_t index) noexcept;
  void RefillInner(const Path& path, std::size_t depth) noexcept;

  Node* root_ = nullptr;
  Leaf* first_ = nullptr;
  Leaf* last_ = nullptr;
  std::size_t height_ = 0;  // inner nodes above each leaf
  std::size_t size_ = 0;
};

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::insert(const T& value) -> std::pair<iterator, bool> {
  if (root_ == nullptr) root_ = first_ = last_ = new Leaf;
  // Many sets are filled in ascending order.
  if (last_->count > 0 && last_->count < Leaf::kSlots && Less{}(last_->values[last_->count - 1], value))
    return {InsertInto(*last_, last_->count, value), true};
  Path path;
  Leaf& leaf = *Descend(value, path);
  const std::size_t index = Place(leaf, value);
  if (index < leaf.count && !Less{}(value, leaf.values[index])) return {iterator(&leaf, index), false};
  if (leaf.count == Leaf::kSlots) return {InsertSplitting(path, leaf, index, value), true};
  return {InsertInto(leaf, index, value), true};
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::insert(const_iterator hint, const T& value) -> iterator {
  // What a hint at a leaf's first value says of the leaf before it is not worth a look.
  if (hint.index_ > 0 && hint.leaf_->count < Leaf::kSlots && Less{}(*std::prev(hint), value) &&
      (hint.index_ == hint.leaf_->count || Less{}(value, *hint))) {
    return InsertInto(*hint.leaf_, hint.index_, value);
  }
  return insert(value).first;
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::InsertInto(Leaf& leaf, std::size_t index, const T& value) noexcept
    -> iterator {
  leaf.PutValue(index, value);
  ++size_;
  return {&leaf, index};
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::Reserve(const Path& path) const -> Spares {
  Spares spares;
  spares.leaf = std::make_unique<Leaf>();
  for (std::size_t level = 0; level <= height_; ++level) {
    // Level `height_` would be a new root.
    if (level < height_ && path[height_ - 1 - level].inner->count < Inner::kSlots) break;
    spares.inner[level] = std::make_unique<Inner>();
  }
  return spares;
}

// Values that come in ascending order leave full nodes behind: at the end nothing but the new value goes
// over.
template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::InsertSplitting(const Path& path, Leaf& leaf, std::size_t index,
                                                     const T& value) -> iterator {
  Spares spares = Reserve(path);
  Leaf& right = *spares.leaf.release();
  const bool at_end = &leaf == last_ && index == leaf.count;
  leaf.ShareWith(right, at_end ? leaf.count : leaf.count / 2);
  right.previous = &leaf;
  right.next = leaf.next;
  (right.next == nullptr ? last_ : right.next->previous) = &right;
  leaf.next = &right;

  const bool to_right = at_end || index > leaf.count;
  const iterator place =
      to_right ? InsertInto(right, index - leaf.count, value) : InsertInto(leaf, index, value);
  PutAbove(path, spares, at_end, &right, right.values[0]);
  return place;
}

// Puts `child` behind the one that the path took, splitting whatever is full.
template <typename T, typename Less, std::size_t kNodeBytes>
void SortedSet<T, Less, kNodeBytes>::PutAbove(const Path& path, Spares& spares, bool at_end, Node* child,
                                              const T& lowest) noexcept {
  const T* bound = &lowest;
  for (std::size_t level = 0; level < height_; ++level) {
    const Step& step = path[height_ - 1 - level];
    Inner& inner = *step.inner;
    std::size_t index = step.index + 1;
    if (inner.count < Inner::kSlots) return inner.PutChild(index, *bound, child);
    Inner& right = *spares.inner[level].release();
    // An inner node keeps two children at the least.
    inner.ShareWith(right, at_end ? inner.count - 1 : inner.count / 2);
    const bool to_right = index > inner.count;
    if (to_right) index -= inner.count;
    (to_right ? right : inner).PutChild(index, *bound, child);
    child = &right;
    bound = &right.lowest[0];
  }
  Inner& root = *spares.inner[height_].release();
  root.count = 1;
  root.children[0] = root_;
  root.PutChild(1, *bound, child);
  root_ = &root;
  ++height_;
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::erase(const T& value) noexcept -> size_type {
  if (root_ == nullptr) return 0;
  Path path;
  Leaf* leaf = Descend(value, path);
  const std::size_t index = Place(*leaf, value);
  if (index == leaf->count || Less{}(value, leaf->values[index])) return 0;
  EraseAt(path, leaf, index);
  return 1;
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::erase(const_iterator position) noexcept -> iterator {
  // Nodes do not know their parents: where those are needed the way down is looked for again.
  Path path;
  if (position.leaf_->count <= Leaf::kMinimum) Descend(*position, path);
  return EraseAt(path, position.leaf_, position.index_);
}

// Looks at `path` only if the leaf has no more than the minimum.
template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::EraseAt(const Path& path, Leaf* leaf, std::size_t index) noexcept
    -> iterator {
  leaf->DropValue(index);
  --size_;
  if (size_ == 0) {
    clear();
    return end();
  }
  if (height_ == 0 || leaf->count >= Leaf::kMinimum) return Normal(leaf, index);

  // Merge with a neighbour, or share with it if both do not fit in one.
  const Step& step = path[height_ - 1];
  const std::size_t at = step.index > 0 ? step.index : 1;
  auto* left = static_cast<Leaf*>(step.inner->children[at - 1]);
  auto* right = static_cast<Leaf*>(step.inner->children[at]);
  if (leaf == right) index += left->count;
  const std::size_t total = left->count + right->count;
  if (total > Leaf::kSlots) {
    left->ShareWith(*right, total / 2);
    sorted_set::Move(step.inner->lowest + at, right->values, 1);
    return index < left->count ? Normal(left, index) : Normal(right, index - left->count);
  }
  left->ShareWith(*right, total);
  left->next = right->next;
  (left->next == nullptr ? last_ : left->next->previous) = left;
  delete right;
  step.inner->DropChild(at);
  RefillInner(path, height_ - 1);
  return Normal(left, index);
}

// The inner node at `depth` lost a child.
template <typename T, typename Less, std::size_t kNodeBytes>
void SortedSet<T, Less, kNodeBytes>::RefillInner(const Path& path, std::size_t depth) noexcept {
  for (; depth > 0 && path[depth].inner->count < Inner::kMinimum; --depth) {
    const Step& step = path[depth - 1];
    const std::size_t at = step.index > 0 ? step.index : 1;
    auto* left = static_cast<Inner*>(step.inner->children[at - 1]);
    auto* right = static_cast<Inner*>(step.inner->children[at]);
    const std::size_t total = left->count + right->count;
    if (total > Inner::kSlots) {
      left->ShareWith(*right, total / 2);
      sorted_set::Move(step.inner->lowest + at, right->lowest, 1);
      return;
    }
    left->ShareWith(*right, total);
    delete right;
    step.inner->DropChild(at);
  }
  auto* root = static_cast<Inner*>(root_);
  if (root->count > 1) return;
  root_ = root->children[0];
  --height_;
  delete root;
}

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_SORTED_SET_H_
