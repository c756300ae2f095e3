#include "kernel_sim/chain_demands.h"

#include <algorithm>
#include <cerrno>

namespace natplan::kernel_sim {

int DemandType(const Chain& base, ChainType type) {
  return base.base == nullptr || base.base->type == type ? 0 : EOPNOTSUPP;
}

int DemandHook(const Chain& base, std::initializer_list<std::uint32_t> hooks) {
  if (base.base == nullptr) return 0;
  return std::ranges::find(hooks, base.base->hook) != hooks.end() ? 0 : EOPNOTSUPP;
}

}  // namespace natplan::kernel_sim
