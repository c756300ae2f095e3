// What an expression may demand of the base chain that leads to it.
#ifndef NATPLAN_KERNEL_SIM_CHAIN_DEMANDS_H_
#define NATPLAN_KERNEL_SIM_CHAIN_DEMANDS_H_

#include <cstdint>
#include <initializer_list>

#include "kernel_sim/objects.h"

namespace natplan::kernel_sim {

// 0 or EOPNOTSUPP. Kernel: nft_chain_validate_dependency() (6.18)
int DemandType(const Chain& base, ChainType type);
// 0 or EOPNOTSUPP. `hooks` are NF_INET_*. Kernel: nft_chain_validate_hooks() (6.18)
int DemandHook(const Chain& base, std::initializer_list<std::uint32_t> hooks);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_CHAIN_DEMANDS_H_
