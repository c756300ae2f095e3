// The running kernel under test, in the network namespace that the process is in.
#ifndef NATPLAN_TESTS_CONTRACT_LIVE_KERNEL_H_
#define NATPLAN_TESTS_CONTRACT_LIVE_KERNEL_H_

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "tests/contract/kernel_under_test.h"

namespace natplan::contract {

// What a shell command prints on its standard output; empty if it cannot be run.
std::string OutputOf(const std::string& command);

class LiveKernel : public KernelUnderTest {
 public:
  std::unique_ptr<Executor> MakeExecutor(std::vector<Sent>& sent) override;
  std::unique_ptr<NetlinkSocket> MakeSocket() override;
  std::expected<Nat, Error> Adopt(NatOptions options, std::vector<Sent>& sent) override;
  // Without the name that nft gives to a table's owner, which is this process's.
  std::string ListRuleset() override { return OutputOf("nft list ruleset 2>&1 | sed 's/ # progname .*//'"); }
  bool SaveAndReload() override;
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_LIVE_KERNEL_H_
