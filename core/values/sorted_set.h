// An ordered set of small values that stays fast at a million of them. std::set takes an allocation and a
// cache miss for each step down its tree; here some dozens of values lie side by side in one node.
#ifndef NATPLAN_CORE_VALUES_SORTED_SET_H_
#define NATPLAN_CORE_VALUES_SORTED_SET_H_

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

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

  struct Leaf;

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

  static constexpr std::size_t kLeafSlots = std::max<std::size_t>(6, kNodeBytes / sizeof(T));
  static constexpr std::size_t kInnerSlots =
      std::max<std::size_t>(6, kNodeBytes / (sizeof(T) + sizeof(void*)));
  // A third, so that a node which was just split, or merged to the brim, is far from the next change.
  static constexpr std::size_t kLeafMinimum = kLeafSlots / 3;
  static constexpr std::size_t kInnerMinimum = kInnerSlots / 3;
  // An inner node has at least two children, so no address space holds a higher tree.
  static constexpr std::size_t kMaxHeight = 64;

  struct Node {
    std::size_t count = 0;
  };
  // The unions leave the values uninitialised.
  struct Leaf : Node {
    Leaf() noexcept {}  // NOLINT(modernize-use-equals-default): deleted if T has no default constructor.
    Leaf* previous = nullptr;
    Leaf* next = nullptr;
    union {
      T values[kLeafSlots];
    };
  };
  // lowest[i] is not above what children[i] holds, and above what children[i - 1] holds. It need not be in
  // the set any more. lowest[0] is what the parent has for this node; the first node of a level has none.
  struct Inner : Node {
    Inner() noexcept {}  // NOLINT(modernize-use-equals-default): as above.
    union {
      T lowest[kInnerSlots];
    };
    Node* children[kInnerSlots];
  };
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

  // How many of the ordered values satisfy `before`, which the first ones do. Halves without a branch that
  // depends on the values: it would be guessed wrong half of the time.
  template <typename Before>
  static std::size_t CountBefore(const T* values, std::size_t count, const Before& before) noexcept {
    const T* base = values;
    while (count > 1) {
      const std::size_t half = count / 2;
      base += before(base[half - 1]) ? half : 0;
      count -= half;
    }
    return static_cast<std::size_t>(base - values) + (count == 1 && before(*base) ? 1 : 0);
  }

  template <typename Before>
  static std::size_t ChildFor(const Inner& inner, const Before& before) noexcept {
    return CountBefore(inner.lowest + 1, inner.count - 1, before);
  }

  // The first value that does not satisfy `before`.
  template <typename Before>
  const_iterator Bound(const Before& before) const noexcept {
    if (root_ == nullptr) return end();
    Node* node = root_;
    for (std::size_t level = height_; level > 0; --level) {
      auto* inner = static_cast<Inner*>(node);
      node = inner->children[ChildFor(*inner, before)];
    }
    auto* leaf = static_cast<Leaf*>(node);
    Prefetch(*leaf);
    return Normal(leaf, CountBefore(leaf->values, leaf->count, before));
  }

  // The search of a leaf waits for one cache miss instead of one for each of its halvings.
  static void Prefetch(const Leaf& leaf) noexcept {
    constexpr std::size_t kCacheLine = 64;
    const auto* bytes = reinterpret_cast<const char*>(&leaf);
    for (std::size_t i = 0; i < sizeof(Leaf); i += kCacheLine) __builtin_prefetch(bytes + i);
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
      path[depth] = {inner, ChildFor(*inner, [&](const T& other) { return !Less{}(value, other); })};
      node = inner->children[path[depth].index];
    }
    auto* leaf = static_cast<Leaf*>(node);
    Prefetch(*leaf);
    return leaf;
  }

  static std::size_t Place(const Leaf& leaf, const T& value) noexcept {
    return CountBefore(leaf.values, leaf.count, [&](const T& other) { return Less{}(other, value); });
  }

  template <typename Item>
  static void Move(Item* to, const Item* from, std::size_t count) noexcept {
    std::memmove(static_cast<void*>(to), static_cast<const void*>(from),
                 count * sizeof(Item));  // NOLINT(bugprone-sizeof-expression): an item may be a pointer.
  }
  // Makes room for one more at `index`.
  template <typename Item>
  static void Put(Item* items, std::size_t count, std::size_t index, const Item& item) noexcept {
    Move(items + index + 1, items + index, count - index);
    Move(items + index, &item, 1);
  }
  template <typename Item>
  static void Drop(Item* items, std::size_t count, std::size_t index) noexcept {
    Move(items + index, items + index + 1, count - index - 1);
  }
  // Items of two neighbours change sides until the left one has `want`.
  template <typename Item>
  static void Share(Item* left, std::size_t left_count, Item* right, std::size_t right_count,
                    std::size_t want) noexcept {
    if (want > left_count) {
      const std::size_t moved = want - left_count;
      Move(left + left_count, right, moved);
      Move(right, right + moved, right_count - moved);
    } else {
      const std::size_t moved = left_count - want;
      Move(right + moved, right, right_count);
      Move(right, left + want, moved);
    }
  }
  static void ShareLeaves(Leaf& left, Leaf& right, std::size_t want) noexcept {
    Share(left.values, left.count, right.values, right.count, want);
    right.count = left.count + right.count - want;
    left.count = want;
  }
  // Afterwards the bound between the two is `right.lowest[0]`, which the parent must learn.
  static void ShareInner(Inner& left, Inner& right, std::size_t want) noexcept {
    Share(left.lowest, left.count, right.lowest, right.count, want);
    Share(left.children, left.count, right.children, right.count, want);
    right.count = left.count + right.count - want;
    left.count = want;
  }
  static void PutChild(Inner& inner, std::size_t index, const T& lowest, Node* child) noexcept {
    Put(inner.lowest, inner.count, index, lowest);
    Put(inner.children, inner.count, index, child);
    ++inner.count;
  }
  static void DropChild(Inner& inner, std::size_t index) noexcept {
    Drop(inner.lowest, inner.count, index);
    Drop(inner.children, inner.count, index);
    --inner.count;
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
  Path path;
  Leaf& leaf = *Descend(value, path);
  const std::size_t index = Place(leaf, value);
  if (index < leaf.count && !Less{}(value, leaf.values[index])) return {iterator(&leaf, index), false};
  if (leaf.count == kLeafSlots) return {InsertSplitting(path, leaf, index, value), true};
  return {InsertInto(leaf, index, value), true};
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::insert(const_iterator hint, const T& value) -> iterator {
  // What a hint at a leaf's first value says of the leaf before it is not worth a look.
  if (hint.index_ > 0 && hint.leaf_->count < kLeafSlots && Less{}(*std::prev(hint), value) &&
      (hint.index_ == hint.leaf_->count || Less{}(value, *hint))) {
    return InsertInto(*hint.leaf_, hint.index_, value);
  }
  return insert(value).first;
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::InsertInto(Leaf& leaf, std::size_t index, const T& value) noexcept
    -> iterator {
  Put(leaf.values, leaf.count, index, value);
  ++leaf.count;
  ++size_;
  return {&leaf, index};
}

template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::Reserve(const Path& path) const -> Spares {
  Spares spares;
  spares.leaf = std::make_unique<Leaf>();
  for (std::size_t level = 0; level <= height_; ++level) {
    // Level `height_` would be a new root.
    if (level < height_ && path[height_ - 1 - level].inner->count < kInnerSlots) break;
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
  ShareLeaves(leaf, right, at_end ? leaf.count : leaf.count / 2);
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
    if (inner.count < kInnerSlots) return PutChild(inner, index, *bound, child);
    Inner& right = *spares.inner[level].release();
    // An inner node keeps two children at the least.
    ShareInner(inner, right, at_end ? inner.count - 1 : inner.count / 2);
    const bool to_right = index > inner.count;
    if (to_right) index -= inner.count;
    PutChild(to_right ? right : inner, index, *bound, child);
    child = &right;
    bound = &right.lowest[0];
  }
  Inner& root = *spares.inner[height_].release();
  root.count = 1;
  root.children[0] = root_;
  PutChild(root, 1, *bound, child);
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
  if (position.leaf_->count <= kLeafMinimum) Descend(*position, path);
  return EraseAt(path, position.leaf_, position.index_);
}

// Looks at `path` only if the leaf has no more than the minimum.
template <typename T, typename Less, std::size_t kNodeBytes>
auto SortedSet<T, Less, kNodeBytes>::EraseAt(const Path& path, Leaf* leaf, std::size_t index) noexcept
    -> iterator {
  Drop(leaf->values, leaf->count, index);
  --leaf->count;
  --size_;
  if (size_ == 0) {
    clear();
    return end();
  }
  if (height_ == 0 || leaf->count >= kLeafMinimum) return Normal(leaf, index);

  // Merge with a neighbour, or share with it if both do not fit in one.
  const Step& step = path[height_ - 1];
  const std::size_t at = step.index > 0 ? step.index : 1;
  auto* left = static_cast<Leaf*>(step.inner->children[at - 1]);
  auto* right = static_cast<Leaf*>(step.inner->children[at]);
  if (leaf == right) index += left->count;
  const std::size_t total = left->count + right->count;
  if (total > kLeafSlots) {
    ShareLeaves(*left, *right, total / 2);
    Move(step.inner->lowest + at, right->values, 1);
    return index < left->count ? Normal(left, index) : Normal(right, index - left->count);
  }
  ShareLeaves(*left, *right, total);
  left->next = right->next;
  (left->next == nullptr ? last_ : left->next->previous) = left;
  delete right;
  DropChild(*step.inner, at);
  RefillInner(path, height_ - 1);
  return Normal(left, index);
}

// The inner node at `depth` lost a child.
template <typename T, typename Less, std::size_t kNodeBytes>
void SortedSet<T, Less, kNodeBytes>::RefillInner(const Path& path, std::size_t depth) noexcept {
  for (; depth > 0 && path[depth].inner->count < kInnerMinimum; --depth) {
    const Step& step = path[depth - 1];
    const std::size_t at = step.index > 0 ? step.index : 1;
    auto* left = static_cast<Inner*>(step.inner->children[at - 1]);
    auto* right = static_cast<Inner*>(step.inner->children[at]);
    const std::size_t total = left->count + right->count;
    if (total > kInnerSlots) {
      ShareInner(*left, *right, total / 2);
      Move(step.inner->lowest + at, right->lowest, 1);
      return;
    }
    ShareInner(*left, *right, total);
    delete right;
    DropChild(*step.inner, at);
  }
  auto* root = static_cast<Inner*>(root_);
  if (root->count > 1) return;
  root_ = root->children[0];
  --height_;
  delete root;
}

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_SORTED_SET_H_
