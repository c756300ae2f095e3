// The kernel and the programs of iptables, in a process that signals may end at any moment.
#ifndef NATPLAN_CLI_INTERRUPTIBLE_H_
#define NATPLAN_CLI_INTERRUPTIBLE_H_

#include <memory>

#include "backends/iptables/iptables_runner.h"
#include "core/plan/executor.h"

namespace natplan::cli {

// Hand everything on, and say in cli/interrupt.h when a change begins. From then on signals are deferred:
// until it is refused, or until Settle() is told what the call came to. `in_steps`: a commit may be one of
// several, and StepDone() is told what came of it.
std::unique_ptr<Executor> Interruptible(std::unique_ptr<Executor> executor, bool in_steps = false);
// A change that was stopped after a signal is not begun again.
std::unique_ptr<IptablesRunner> Interruptible(std::unique_ptr<IptablesRunner> runner);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERRUPTIBLE_H_
