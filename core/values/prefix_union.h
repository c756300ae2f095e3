// The union of registered prefixes, as the maximal ones: those that no other registered prefix contains.
// Prefixes nest or are disjoint, so the maximal ones are disjoint and cover exactly what all of them cover.
#ifndef NATPLAN_CORE_VALUES_PREFIX_UNION_H_
#define NATPLAN_CORE_VALUES_PREFIX_UNION_H_

#include <set>
#include <vector>

#include "core/values/prefix.h"

namespace natplan {

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

  bool Contains(const Prefix& prefix) const { return all_.contains(prefix); }
  const std::set<Prefix>& maximal() const { return maximal_; }

 private:
  // The maximal prefix that contains `prefix`, if there is one.
  std::set<Prefix>::const_iterator Container(const Prefix& prefix) const;

  template <typename OnFailure>
  void ReplaceMaximal(const UnionChange& change, OnFailure on_failure);

  std::set<Prefix> all_;
  std::set<Prefix> maximal_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_PREFIX_UNION_H_
