// A ruleset as `nft list ruleset` (1.0.6) prints it, made from the bytes of dumps.
#ifndef NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_
#define NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_

#include <string>

#include "kernel_sim/listing/ruleset.h"

namespace natplan::kernel_sim {

// Byte for byte what nft prints for tables, chains, sets, maps, elements and the expressions fib, meta,
// payload, bitwise, cmp, lookup, immediate, nat, masq and counter. Another expression stands there as
// "# unknown expression NAME".
std::string ListRuleset(const Ruleset& ruleset);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_
