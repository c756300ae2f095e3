#include "backends/sim/sim_executor.h"

#include <utility>

#include "backends/netlink/netlink_executor.h"

namespace natplan {

std::unique_ptr<Executor> MakeSimExecutor(kernel_sim::Kernel& kernel, SimSocketOptions options) {
  return std::make_unique<NetlinkExecutor>(std::make_unique<SimSocket>(kernel, std::move(options)));
}

}  // namespace natplan
