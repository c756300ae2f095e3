// A scenario is written once and runs on every kernel.
#ifndef NATPLAN_TESTS_CONTRACT_SCENARIO_H_
#define NATPLAN_TESTS_CONTRACT_SCENARIO_H_

#include <ostream>
#include <string>
#include <vector>

#include "kernel_sim/kernel.h"
#include "tests/contract/world.h"

namespace natplan::contract {

enum class Where {
  kBoth,
  kSimulatorOnly,  // it needs a kernel that is built, or that behaves, as this machine's does not
  kLiveOnly,       // it is about something that only a real process has
};

struct Scenario {
  std::string name;
  void (*run)(World&);
  Where where = Where::kBoth;
  std::string reason = {};           // why not on both
  kernel_sim::Profile profile = {};  // of the simulated kernel
};

// What gtest prints beside a failure.
inline void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

// All of them, in the order in which they are best read.
const std::vector<Scenario>& Scenarios();

// The parts of that list, one a file.
std::vector<Scenario> ArgumentScenarios();
std::vector<Scenario> ElementScenarios();
std::vector<Scenario> SkeletonScenarios();
std::vector<Scenario> BatchScenarios();
std::vector<Scenario> RestorationScenarios();
std::vector<Scenario> RepairScenarios();
std::vector<Scenario> ForeignScenarios();
std::vector<Scenario> SharingScenarios();
std::vector<Scenario> AloneScenarios();
std::vector<Scenario> ProcessScenarios();
std::vector<Scenario> LedgerScenarios();
std::vector<Scenario> LawScenarios();
std::vector<Scenario> FaultScenarios();
std::vector<Scenario> ContextScenarios();
std::vector<Scenario> ExpressionScenarios();

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_SCENARIO_H_
