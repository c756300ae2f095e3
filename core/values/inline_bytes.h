// A byte string of bounded length that lives in place: keys and data of elements, without an allocation each.
#ifndef NATPLAN_CORE_VALUES_INLINE_BYTES_H_
#define NATPLAN_CORE_VALUES_INLINE_BYTES_H_

#include <algorithm>
#include <array>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace natplan {

template <std::size_t kCapacity>
class InlineBytes {
 public:
  constexpr InlineBytes() = default;
  // At most kCapacity bytes; more is a bug of the caller.
  explicit constexpr InlineBytes(std::span<const std::uint8_t> bytes)
      : size_(static_cast<std::uint8_t>(bytes.size())) {
    assert(bytes.size() <= kCapacity);
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  constexpr InlineBytes(std::initializer_list<std::uint8_t> bytes)
      : InlineBytes(std::span<const std::uint8_t>(bytes.begin(), bytes.size())) {}

  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return size_; }
  constexpr std::span<const std::uint8_t> span() const { return {bytes_.data(), size_}; }
  constexpr std::uint8_t operator[](std::size_t i) const { return bytes_[i]; }

  friend constexpr auto operator<=>(const InlineBytes& a, const InlineBytes& b) {
    return std::lexicographical_compare_three_way(a.span().begin(), a.span().end(), b.span().begin(),
                                                  b.span().end());
  }
  friend constexpr bool operator==(const InlineBytes& a, const InlineBytes& b) { return (a <=> b) == 0; }

 private:
  std::array<std::uint8_t, kCapacity> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_INLINE_BYTES_H_
