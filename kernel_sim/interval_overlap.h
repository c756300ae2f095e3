// The rule by which an interval set takes or refuses a start or an end.
#ifndef NATPLAN_KERNEL_SIM_INTERVAL_OVERLAP_H_
#define NATPLAN_KERNEL_SIM_INTERVAL_OVERLAP_H_

#include <cstdint>
#include <set>
#include <span>

#include "kernel_sim/element.h"
#include "kernel_sim/element_store.h"

namespace natplan::kernel_sim {

struct IntervalKey {
  std::span<const std::uint8_t> key;
  bool end = false;
};

// The order of the walk: greatest key first; of one key all starts, then all ends.
struct IntervalOrder {
  using is_transparent = void;
  bool operator()(const Element* left, const Element* right) const;
  bool operator()(const Element* left, const IntervalKey& right) const;
  bool operator()(const IntervalKey& left, const Element* right) const;
};

using IntervalNodes = std::multiset<Element*, IntervalOrder>;

// The start that the batch added twice or deleted last: the end that comes next must belong to it.
struct IntervalCookie {
  const Element* start = nullptr;
  std::uint64_t batch = 0;

  // Forgets what an earlier batch left.
  void EnterBatch(std::uint64_t number);
};

bool IsNullEnd(std::span<const std::uint8_t> key, bool end);

// What happens to a start or end with `key` in a set with `nodes`. Changes only the cookie.
// Kernel: net/netfilter/nft_set_rbtree.c __nft_rbtree_insert() (6.18)
InsertResult JudgeInsert(const IntervalNodes& nodes, const IntervalKey& added, bool anonymous,
                         IntervalCookie& cookie);

// Whether the active node `found` may be deleted, as far as the cookie is concerned; notes a start in the
// cookie. Kernel: net/netfilter/nft_set_rbtree.c nft_rbtree_deactivate_same_interval() (6.18)
bool JudgeDelete(const IntervalNodes& nodes, IntervalNodes::const_iterator found, IntervalCookie& cookie);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_INTERVAL_OVERLAP_H_
