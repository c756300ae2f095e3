// A kernel that the contract suite runs on: simulated, live, or one of the two that must fail every scenario.
#ifndef NATPLAN_TESTS_CONTRACT_KERNEL_UNDER_TEST_H_
#define NATPLAN_TESTS_CONTRACT_KERNEL_UNDER_TEST_H_

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/nat.h"
#include "backends/netlink/socket.h"
#include "core/plan/executor.h"
#include "core/values/error.h"
#include "core/values/operation.h"

namespace natplan::contract {

// A transaction that a program of the scenario handed to an executor, and the datagram that the executor made
// of it (empty if nothing was sent).
struct Sent {
  Transaction transaction = {};
  std::vector<std::uint8_t> bytes = {};
};

// One network namespace. Not thread-safe.
class KernelUnderTest {
 public:
  virtual ~KernelUnderTest() = default;

  // Another program's executor. Adds what it sends to `sent`, which must outlive it.
  virtual std::unique_ptr<Executor> MakeExecutor(std::vector<Sent>& sent) = 0;
  // A socket of another program; null on a kernel that has none.
  virtual std::unique_ptr<NetlinkSocket> MakeSocket() = 0;
  // A context over a descriptor that the caller opened; on a kernel without descriptors an ordinary context.
  // Adds what it sends to `sent` where that can be seen.
  virtual std::expected<Nat, Error> Adopt(NatOptions options, std::vector<Sent>& sent) = 0;
  // What `nft list ruleset` prints, made by somebody who shares nothing with core/.
  virtual std::string ListRuleset() = 0;
  // `nft list ruleset`, `nft flush ruleset`, and `nft -f` of what was listed. False where it cannot be done.
  virtual bool SaveAndReload() { return false; }
  // Of each call of a context, unless the scenario says otherwise.
  virtual std::chrono::milliseconds deadline() const { return std::chrono::seconds(5); }
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_KERNEL_UNDER_TEST_H_
