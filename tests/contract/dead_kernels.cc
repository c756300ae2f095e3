#include "tests/contract/dead_kernels.h"

#include <cerrno>
#include <utility>

namespace natplan::contract {
namespace {

class NullExecutor final : public Executor {
 public:
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest&, TimePoint) override {
    return Snapshot{.generation = 1};
  }
  Outcome Commit(const Transaction&, TimePoint) override { return Committed{}; }
  Drained Drain(const std::vector<TableId>&, std::uint32_t) override { return {}; }
};

class RefusingExecutor final : public Executor {
 public:
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest&, TimePoint) override {
    return std::unexpected(ReadFailure{.errno_value = EPERM});
  }
  Outcome Commit(const Transaction&, TimePoint) override { return Refused{{Refusal{.errno_value = EPERM}}}; }
  Drained Drain(const std::vector<TableId>&, std::uint32_t) override { return {}; }
};

}  // namespace

std::unique_ptr<Executor> NullKernel::MakeExecutor(std::vector<Sent>&) {
  return std::make_unique<NullExecutor>();
}

std::expected<Nat, Error> NullKernel::Adopt(NatOptions options, std::vector<Sent>&) {
  return Nat(std::make_unique<NullExecutor>(), std::move(options));
}

std::unique_ptr<Executor> RefusingKernel::MakeExecutor(std::vector<Sent>&) {
  return std::make_unique<RefusingExecutor>();
}

std::expected<Nat, Error> RefusingKernel::Adopt(NatOptions options, std::vector<Sent>&) {
  return Nat(std::make_unique<RefusingExecutor>(), std::move(options));
}

}  // namespace natplan::contract
