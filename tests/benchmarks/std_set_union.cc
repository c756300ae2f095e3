#include "tests/benchmarks/std_set_union.h"

#include <iterator>

namespace natplan::benchmarks {

UnionChange StdSetUnion::Add(const Prefix& prefix) {
  UnionChange change;
  const auto after = maximal_.upper_bound(prefix);
  if (after == maximal_.begin() || !std::prev(after)->Contains(prefix)) {
    change.added.push_back(prefix);
    for (auto inner = after; inner != maximal_.end() && prefix.Contains(*inner);) {
      change.removed.push_back(*inner);
      inner = maximal_.erase(inner);
    }
    maximal_.insert(prefix);
  }
  all_.insert(prefix);
  return change;
}

UnionChange StdSetUnion::Remove(const Prefix& prefix) {
  UnionChange change;
  const auto found = all_.find(prefix);
  if (maximal_.erase(prefix) != 0) {
    change.removed.push_back(prefix);
    for (auto inner = std::next(found); inner != all_.end() && prefix.Contains(*inner); ++inner) {
      if (!change.added.empty() && change.added.back().Contains(*inner)) continue;
      change.added.push_back(*inner);
      maximal_.insert(*inner);
    }
  }
  all_.erase(found);
  return change;
}

}  // namespace natplan::benchmarks
