// The union of registered prefixes, as the maximal ones: those that no other registered prefix contains.
// Prefixes nest or are disjoint, so the maximal ones are disjoint and cover exactly what all of them cover.
#ifndef NATPLAN_CORE_VALUES_PREFIX_UNION_H_
#define NATPLAN_CORE_VALUES_PREFIX_UNION_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/values/prefix.h"
#include "core/values/sorted_set.h"

namespace natplan {

template <typename Unsigned>
Unsigned BigEndian(const std::uint8_t* bytes) noexcept {
  Unsigned number;
  std::memcpy(&number, bytes, sizeof(number));
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}

// An IPv4 prefix as a number; the numbers have the order of the prefixes.
inline std::uint64_t ToNumber(const Prefix& prefix) noexcept {
  const std::uint8_t* bytes = prefix.network().bytes().data();
  return BigEndian<std::uint32_t>(bytes) * std::uint64_t{256} + static_cast<std::uint8_t>(prefix.length());
}

// The order of Prefix, by numbers instead of byte by byte: comparing is most of what a union costs.
struct PrefixLess {
  bool operator()(const Prefix& a, const Prefix& b) const noexcept {
    if (a.family() != b.family()) return a.family() < b.family();
    if (a.family() == Family::kIp) return ToNumber(a) < ToNumber(b);
    const std::uint8_t* left = a.network().bytes().data();
    const std::uint8_t* right = b.network().bytes().data();
    for (const std::size_t half : {0U, 8U}) {
      const auto x = BigEndian<std::uint64_t>(left + half);
      const auto y = BigEndian<std::uint64_t>(right + half);
      if (x != y) return x < y;
    }
    return a.length() < b.length();
  }
};

using PrefixSet = SortedSet<Prefix, PrefixLess>;

// What a change did to the maximal prefixes.
struct UnionChange {
  std::vector<Prefix> removed = {};
  std::vector<Prefix> added = {};
};

// Both families in one. Each call costs O(log n) and O(log n) for each prefix in its answer. A call that
// throws std::bad_alloc changes nothing. Not thread-safe.
class PrefixUnion {
 public:
  // `prefix` must not be registered.
  UnionChange Add(const Prefix& prefix);
  // `prefix` must be registered.
  UnionChange Remove(const Prefix& prefix);

  bool Contains(const Prefix& prefix) const;
  const PrefixSet& maximal() const { return maximal_; }

 private:
  void Register(const Prefix& prefix);
  void Unregister(const Prefix& prefix) noexcept;
  // The registered prefixes that `prefix` contains and that would be maximal without it.
  std::vector<Prefix> Within(const Prefix& prefix) const;
  void ReplaceMaximal(const UnionChange& change);

  // Every registered prefix. Those of IPv4 as a number, of which three fit where one Prefix would: at a
  // million of them a call waits for memory.
  SortedSet<std::uint64_t> ip_;
  PrefixSet ip6_;
  PrefixSet maximal_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_PREFIX_UNION_H_
