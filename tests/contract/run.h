// Runs a scenario on one kernel.
#ifndef NATPLAN_TESTS_CONTRACT_RUN_H_
#define NATPLAN_TESTS_CONTRACT_RUN_H_

#include <string>
#include <vector>

#include "tests/contract/scenario.h"

namespace natplan::contract {

struct Run {
  std::string transcript = {};
  std::string failures = {};  // empty: it passed
  std::vector<Sent> sent = {};
};

Run RunOn(KernelUnderTest& kernel, const Scenario& scenario);
Run RunOnSimulator(const Scenario& scenario);
Run RunOnNullKernel(const Scenario& scenario);
Run RunOnRefusingKernel(const Scenario& scenario);

// In a child process, in a network namespace of its own; without a namespace it skips the current test.
// `sent` stays empty.
Run RunOnLiveKernel(const Scenario& scenario);

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_RUN_H_
