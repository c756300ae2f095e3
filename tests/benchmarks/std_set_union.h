// The peer of core/values/prefix_union.h: the same algorithm on std::set.
#ifndef NATPLAN_TESTS_BENCHMARKS_STD_SET_UNION_H_
#define NATPLAN_TESTS_BENCHMARKS_STD_SET_UNION_H_

#include <set>

#include "core/values/prefix_union.h"

namespace natplan::benchmarks {

// Says what a change does to the maximal prefixes, as PrefixUnion does.
class StdSetUnion {
 public:
  UnionChange Add(const Prefix& prefix);
  UnionChange Remove(const Prefix& prefix);
  const std::set<Prefix>& maximal() const { return maximal_; }

 private:
  std::set<Prefix> all_;
  std::set<Prefix> maximal_;
};

}  // namespace natplan::benchmarks

#endif  // NATPLAN_TESTS_BENCHMARKS_STD_SET_UNION_H_
