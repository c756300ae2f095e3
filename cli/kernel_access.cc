#include "cli/kernel_access.h"

#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>
#include <variant>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "cli/interruptible.h"
#include "core/plan/backoff.h"
#include "core/plan/recovery.h"

namespace natplan::cli {

std::expected<std::unique_ptr<Executor>, Error> OpenKernel() {
  auto socket = LinuxSocket::Open();
  if (!socket) return std::unexpected(std::move(socket.error()));
  return Interruptible(std::make_unique<NetlinkExecutor>(std::move(*socket)));
}

std::expected<Snapshot, Error> ReadUntil(TimePoint deadline, Executor& executor, const ReadRequest& request) {
  Backoff backoff(static_cast<std::uint64_t>(getpid()));
  for (;;) {
    auto snapshot = executor.Read(request, deadline);
    if (snapshot) return std::move(*snapshot);
    if (!snapshot.error().torn) return std::unexpected(Classify(snapshot.error()));
    const TimePoint next = std::chrono::steady_clock::now() + backoff.Next();
    if (next >= deadline) {
      return std::unexpected(
          Error{.code = ErrorCode::kDeadline,
                .errno_value = ETIMEDOUT,
                .text = "other programs changed the ruleset during each reading until the time was "
                        "over; try again, or give more time with --deadline"});
    }
    std::this_thread::sleep_until(next);
  }
}

std::expected<Snapshot, ReadFailure> Witness::Read(const ReadRequest& request, TimePoint deadline) {
  auto snapshot = executor_->Read(request, deadline);
  if (snapshot) last_read_ = *snapshot;
  return snapshot;
}

Outcome Witness::Commit(const Transaction& transaction, TimePoint deadline) {
  Outcome outcome = executor_->Commit(transaction, deadline);
  if (std::holds_alternative<Unknown>(outcome)) unanswered_ = transaction;
  return outcome;
}

Drained Witness::Drain(const std::vector<TableId>& tables, std::uint32_t since) {
  return executor_->Drain(tables, since);
}

}  // namespace natplan::cli
