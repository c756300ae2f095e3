// The simulated kernel under test.
#ifndef NATPLAN_TESTS_CONTRACT_SIM_KERNEL_H_
#define NATPLAN_TESTS_CONTRACT_SIM_KERNEL_H_

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "kernel_sim/kernel.h"
#include "tests/contract/kernel_under_test.h"

namespace natplan::contract {

class SimKernel final : public KernelUnderTest {
 public:
  explicit SimKernel(const kernel_sim::Profile& profile) : kernel_(profile) {}

  std::unique_ptr<Executor> MakeExecutor(std::vector<Sent>& sent) override;
  std::unique_ptr<NetlinkSocket> MakeSocket() override;
  std::expected<Nat, Error> Adopt(NatOptions options, std::vector<Sent>& sent) override;
  std::string ListRuleset() override;

 private:
  kernel_sim::Kernel kernel_;
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_SIM_KERNEL_H_
