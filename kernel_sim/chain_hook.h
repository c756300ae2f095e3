// NFTA_CHAIN_HOOK and NFTA_CHAIN_TYPE: where a base chain hangs.
#ifndef NATPLAN_KERNEL_SIM_CHAIN_HOOK_H_
#define NATPLAN_KERNEL_SIM_CHAIN_HOOK_H_

#include "kernel_sim/objects.h"
#include "kernel_sim/profile.h"
#include "kernel_sim/request.h"

namespace natplan::kernel_sim {

// Reads type, hook, priority and devices of a NEWCHAIN into `out`. For a chain that exists (`create` false)
// what the request leaves out keeps the value that `out` has, and another hook or priority is EOPNOTSUPP. 0;
// ENOENT for a missing number or an unknown type; EOPNOTSUPP for a hook or priority that the type does not
// have. Kernel: net/netfilter/nf_tables_api.c nft_chain_parse_hook() (6.18)
int ParseHook(const Profile& profile, const Request& request, bool create, BaseChain& out);

const char* ChainTypeName(ChainType type);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_CHAIN_HOOK_H_
