// The executor of the simulated kernel.
#ifndef NATPLAN_BACKENDS_SIM_SIM_EXECUTOR_H_
#define NATPLAN_BACKENDS_SIM_SIM_EXECUTOR_H_

#include <memory>

#include "backends/sim/sim_socket.h"
#include "core/plan/executor.h"
#include "kernel_sim/kernel.h"

namespace natplan {

// The netlink executor over a simulated socket: the same code, and the same bytes, as over the running
// kernel. `kernel` must outlive it.
std::unique_ptr<Executor> MakeSimExecutor(kernel_sim::Kernel& kernel, SimSocketOptions options = {});

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_SIM_SIM_EXECUTOR_H_
