// Faults that `simulate --fault` puts into the simulated kernel.
#ifndef NATPLAN_CLI_FAULT_H_
#define NATPLAN_CLI_FAULT_H_

#include <expected>
#include <string>
#include <string_view>

#include "kernel_sim/kernel.h"

namespace natplan::cli {

struct Faults {
  kernel_sim::Profile profile;
  bool net_admin = true;  // whether natplan has CAP_NET_ADMIN
};

// Adds one, written NAME or NAME@N; N counts the transactions sent, from 1, and is 1 if it is left out. The
// error is one sentence that lists the faults there are.
std::expected<void, std::string> AddFault(std::string_view text, Faults& faults);

// The faults, one a line, for --help.
std::string FaultHelp();

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_FAULT_H_
