// The nodes of a SortedSet (core/values/sorted_set.h), and what is done to one of them or to two neighbours.
#ifndef NATPLAN_CORE_VALUES_SORTED_SET_NODE_H_
#define NATPLAN_CORE_VALUES_SORTED_SET_NODE_H_

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace natplan::sorted_set {

// Declared inline because GCC then copies larger ones into their callers; a search is measurably quicker so.

template <typename Item>
inline void Move(Item* to, const Item* from, std::size_t count) noexcept {
  std::memmove(static_cast<void*>(to), static_cast<const void*>(from),
               count * sizeof(Item));  // NOLINT(bugprone-sizeof-expression): an item may be a pointer.
}

// Makes room for one more at `index`.
template <typename Item>
inline void Put(Item* items, std::size_t count, std::size_t index, const Item& item) noexcept {
  Move(items + index + 1, items + index, count - index);
  Move(items + index, &item, 1);
}

template <typename Item>
inline void Drop(Item* items, std::size_t count, std::size_t index) noexcept {
  Move(items + index, items + index + 1, count - index - 1);
}

// Items of two neighbours change sides until the left one has `want`.
template <typename Item>
inline void Share(Item* left, std::size_t left_count, Item* right, std::size_t right_count,
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

// How many of the ordered values satisfy `before`, which the first ones do. Halves without a branch that
// depends on the values: it would be guessed wrong half of the time.
template <typename T, typename Before>
inline std::size_t CountBefore(const T* values, std::size_t count, const Before& before) noexcept {
  const T* base = values;
  while (count > 1) {
    const std::size_t half = count / 2;
    base += before(base[half - 1]) ? half : 0;
    count -= half;
  }
  return static_cast<std::size_t>(base - values) + (count == 1 && before(*base) ? 1 : 0);
}

// The most items of this size that a node of about `bytes` has room for.
constexpr std::size_t SlotsFor(std::size_t bytes, std::size_t item) {
  return std::max<std::size_t>(6, bytes / item);
}
// The least that a node with so many slots holds: a third, so that one which was just split, or merged to the
// brim, is far from the next change.
constexpr std::size_t MinimumOf(std::size_t slots) { return slots / 3; }

// The unions below leave the values uninitialised.
struct Node {
  std::size_t count = 0;
};

template <typename T, std::size_t kNodeBytes>
struct Leaf : Node {
  static constexpr std::size_t kSlots = SlotsFor(kNodeBytes, sizeof(T));
  static constexpr std::size_t kMinimum = MinimumOf(kSlots);

  Leaf() noexcept {}  // NOLINT(modernize-use-equals-default): deleted if T has no default constructor.

  void PutValue(std::size_t index, const T& value) noexcept {
    Put(values, count, index, value);
    ++count;
  }
  void DropValue(std::size_t index) noexcept {
    Drop(values, count, index);
    --count;
  }

  // Values of this one and the one behind it change sides until this one has `want`.
  void ShareWith(Leaf& right, std::size_t want) noexcept {
    Share(values, count, right.values, right.count, want);
    right.count = count + right.count - want;
    count = want;
  }

  // A search waits for one cache miss then, instead of one for each of its halvings.
  void Prefetch() const noexcept {
    constexpr std::size_t kCacheLine = 64;
    const auto* bytes = reinterpret_cast<const char*>(this);
    for (std::size_t i = 0; i < sizeof(Leaf); i += kCacheLine) __builtin_prefetch(bytes + i);
  }

  Leaf* previous = nullptr;
  Leaf* next = nullptr;
  union {
    T values[kSlots];
  };
};

// lowest[i] is not above what children[i] holds, and above what children[i - 1] holds. It need not be in the
// set any more. lowest[0] is what the parent has for this node; the first node of a level has none.
template <typename T, std::size_t kNodeBytes>
struct Inner : Node {
  static constexpr std::size_t kSlots = SlotsFor(kNodeBytes, sizeof(T) + sizeof(Node*));
  static constexpr std::size_t kMinimum = MinimumOf(kSlots);

  Inner() noexcept {}  // NOLINT(modernize-use-equals-default): as above.

  // The child that holds the first value that does not satisfy `before`, or the last one before it.
  template <typename Before>
  std::size_t ChildFor(const Before& before) const noexcept {
    return CountBefore(lowest + 1, count - 1, before);
  }

  void PutChild(std::size_t index, const T& bound, Node* child) noexcept {
    Put(lowest, count, index, bound);
    Put(children, count, index, child);
    ++count;
  }
  void DropChild(std::size_t index) noexcept {
    Drop(lowest, count, index);
    Drop(children, count, index);
    --count;
  }

  // As with leaves. Afterwards the bound between the two is `right.lowest[0]`, which the parent must learn.
  void ShareWith(Inner& right, std::size_t want) noexcept {
    Share(lowest, count, right.lowest, right.count, want);
    Share(children, count, right.children, right.count, want);
    right.count = count + right.count - want;
    count = want;
  }

  union {
    T lowest[kSlots];
  };
  Node* children[kSlots];
};

}  // namespace natplan::sorted_set

#endif  // NATPLAN_CORE_VALUES_SORTED_SET_NODE_H_
