// The union of registered prefixes, as the maximal ones: those that no other registered prefix contains.
// Prefixes nest or are disjoint, so the maximal ones are disjoint and cover exactly what all of them cover.
#ifndef NATPLAN_CORE_VALUES_PREFIX_UNION_H_
#define NATPLAN_CORE_VALUES_PREFIX_UNION_H_

#include <cstdint>
#include <vector>

#include "core/values/prefix.h"
#include "core/values/sorted_set.h"

namespace natplan {

using PrefixSet = SortedSet<Prefix>;

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
