#include "backends/sim/sim_executor.h"

#include <utility>

#include "backends/netlink/netlink_executor.h"

namespace natplan {

std::unique_ptr<Executor> MakeSimExecutor(kernel_sim::Kernel& kernel, SimSocketOptions options) {
  auto socket = std::make_unique<SimSocket>(kernel, options);
  return std::make_unique<NetlinkExecutor>(std::move(socket), 1, [&kernel, options = std::move(options)] {
    return SimSocket::Listen(kernel, options);
  });
}

}  // namespace natplan
