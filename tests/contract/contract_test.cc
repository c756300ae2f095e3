// Every scenario passes on the simulated kernel and on the running one, with the same transcript, and fails
// on a kernel that stores nothing and on one that refuses everything.
#include <string>

#include "gtest/gtest.h"
#include "tests/contract/run.h"

namespace natplan::contract {
namespace {

class Contract : public ::testing::TestWithParam<Scenario> {};

std::string NameOfScenario(const ::testing::TestParamInfo<Scenario>& info) { return info.param.name; }

TEST_P(Contract, HoldsOnTheSimulatedKernel) {
  if (GetParam().where == Where::kLiveOnly) GTEST_SKIP() << "SKIPPED[live-only]: " << GetParam().reason;
  const contract::Run run = RunOnSimulator(GetParam());
  EXPECT_EQ(run.failures, "") << run.transcript;
}

TEST_P(Contract, HoldsOnTheRunningKernelWithTheSameTranscript) {
  if (GetParam().where == Where::kSimulatorOnly)
    GTEST_SKIP() << "SKIPPED[simulator-only]: " << GetParam().reason;
  const contract::Run live = RunOnLiveKernel(GetParam());
  if (IsSkipped() || HasFailure()) return;
  EXPECT_EQ(live.failures, "") << live.transcript;
  if (GetParam().where == Where::kBoth) {
    EXPECT_EQ(live.transcript, RunOnSimulator(GetParam()).transcript);
  }
}

TEST_P(Contract, FailsOnAKernelThatStoresNothing) { EXPECT_NE(RunOnNullKernel(GetParam()).failures, ""); }

TEST_P(Contract, FailsOnAKernelThatRefusesEverything) {
  EXPECT_NE(RunOnRefusingKernel(GetParam()).failures, "");
}

INSTANTIATE_TEST_SUITE_P(Scenario, Contract, ::testing::ValuesIn(Scenarios()), NameOfScenario);

}  // namespace
}  // namespace natplan::contract
