#include "core/values/prefix_union.h"

#include <iterator>

namespace natplan {

std::set<Prefix>::const_iterator PrefixUnion::Container(const Prefix& prefix) const {
  // Maximal prefixes are disjoint, so only the last one that starts at or before `prefix` can contain it.
  auto after = maximal_.upper_bound(prefix);
  if (after == maximal_.begin()) return maximal_.end();
  const auto before = std::prev(after);
  return before->Contains(prefix) ? before : maximal_.end();
}

UnionChange PrefixUnion::Add(const Prefix& prefix) {
  UnionChange change;
  if (Container(prefix) == maximal_.end()) {
    change.added.push_back(prefix);
    for (auto inner = maximal_.lower_bound(prefix); inner != maximal_.end() && prefix.Contains(*inner);
         ++inner) {
      change.removed.push_back(*inner);
    }
  }
  all_.insert(prefix);
  ReplaceMaximal(change, [&] { all_.erase(prefix); });
  return change;
}

UnionChange PrefixUnion::Remove(const Prefix& prefix) {
  UnionChange change;
  const auto found = all_.find(prefix);
  if (maximal_.contains(prefix)) {
    change.removed.push_back(prefix);
    for (auto inner = std::next(found); inner != all_.end() && prefix.Contains(*inner);) {
      change.added.push_back(*inner);
      // What `inner` contains stands behind it and not behind its last address.
      const auto last = Prefix::Make(inner->last(), AddressBits(inner->family()));
      inner = last ? all_.upper_bound(*last) : all_.end();
    }
  }
  ReplaceMaximal(change, [] {});
  all_.erase(found);
  return change;
}

// Inserting may throw, erasing does not: so insert first, and take it back if it did not all succeed.
template <typename OnFailure>
void PrefixUnion::ReplaceMaximal(const UnionChange& change, OnFailure on_failure) {
  std::size_t inserted = 0;
  try {
    for (; inserted < change.added.size(); ++inserted) maximal_.insert(change.added[inserted]);
  } catch (...) {
    for (std::size_t i = 0; i < inserted; ++i) maximal_.erase(change.added[i]);
    on_failure();
    throw;
  }
  for (const Prefix& prefix : change.removed) maximal_.erase(prefix);
}

}  // namespace natplan
