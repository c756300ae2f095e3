// Two kernels that do nothing: a scenario that passes on one of them checks nothing.
#ifndef NATPLAN_TESTS_CONTRACT_DEAD_KERNELS_H_
#define NATPLAN_TESTS_CONTRACT_DEAD_KERNELS_H_

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "tests/contract/kernel_under_test.h"

namespace natplan::contract {

// Accepts everything, stores nothing, and always reads empty.
class NullKernel final : public KernelUnderTest {
 public:
  std::unique_ptr<Executor> MakeExecutor(std::vector<Sent>& sent) override;
  std::unique_ptr<NetlinkSocket> MakeSocket() override { return nullptr; }
  std::expected<Nat, Error> Adopt(NatOptions options, std::vector<Sent>& sent) override;
  std::string ListRuleset() override { return ""; }
  std::chrono::milliseconds deadline() const override { return std::chrono::milliseconds(30); }
};

// Refuses everything with EPERM, as the kernel does where CAP_NET_ADMIN is missing.
class RefusingKernel final : public KernelUnderTest {
 public:
  std::unique_ptr<Executor> MakeExecutor(std::vector<Sent>& sent) override;
  std::unique_ptr<NetlinkSocket> MakeSocket() override { return nullptr; }
  std::expected<Nat, Error> Adopt(NatOptions options, std::vector<Sent>& sent) override;
  std::string ListRuleset() override { return ""; }
  std::chrono::milliseconds deadline() const override { return std::chrono::milliseconds(30); }
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_DEAD_KERNELS_H_
