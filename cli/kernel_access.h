// The running kernel, for the subcommands that read or change it.
#ifndef NATPLAN_CLI_KERNEL_ACCESS_H_
#define NATPLAN_CLI_KERNEL_ACCESS_H_

#include <expected>
#include <memory>
#include <optional>

#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan::cli {

// Over a socket in the network namespace that the process is in; interruptible.
std::expected<std::unique_ptr<Executor>, Error> OpenKernel();

// Hands everything on to another executor and remembers what was read last, and what was sent last without an
// answer. Not thread-safe.
class Witness final : public Executor {
 public:
  explicit Witness(std::unique_ptr<Executor> executor) : executor_(std::move(executor)) {}

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override;
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override;
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override;

  const Snapshot& last_read() const { return last_read_; }
  // Whether it was carried out, the next reading shows.
  const std::optional<Transaction>& unanswered() const { return unanswered_; }

 private:
  std::unique_ptr<Executor> executor_;
  Snapshot last_read_;
  std::optional<Transaction> unanswered_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_KERNEL_ACCESS_H_
