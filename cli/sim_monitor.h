// `nft monitor` beside a simulated kernel.
#ifndef NATPLAN_CLI_SIM_MONITOR_H_
#define NATPLAN_CLI_SIM_MONITOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/monitor.h"

namespace natplan::cli {

// A socket of its own that has joined nf_tables' group. The kernel must outlive it. Not thread-safe.
class SimMonitor {
 public:
  explicit SimMonitor(kernel_sim::Kernel& kernel);
  ~SimMonitor();
  SimMonitor(const SimMonitor&) = delete;
  SimMonitor& operator=(const SimMonitor&) = delete;

  // What nft would have printed since the last call, in lines.
  std::vector<std::string> TakeLines();

 private:
  kernel_sim::Kernel& kernel_;
  const std::uint32_t port_;
  kernel_sim::Monitor monitor_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SIM_MONITOR_H_
