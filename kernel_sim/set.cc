#include "kernel_sim/set.h"

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

bool Set::is_map() const { return (declaration.flags & NFT_SET_MAP) != 0; }
bool Set::is_interval() const { return (declaration.flags & NFT_SET_INTERVAL) != 0; }
bool Set::is_anonymous() const { return (declaration.flags & NFT_SET_ANONYMOUS) != 0; }
bool Set::is_constant() const { return (declaration.flags & NFT_SET_CONSTANT) != 0; }
bool Set::has_verdicts() const { return is_map() && declaration.data_type == NFT_DATA_VERDICT; }

}  // namespace natplan::kernel_sim
