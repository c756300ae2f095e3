#include "cli/kernel_access.h"

#include <utility>
#include <variant>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "cli/interruptible.h"

namespace natplan::cli {

std::expected<std::unique_ptr<Executor>, Error> OpenKernel() {
  auto socket = LinuxSocket::Open();
  if (!socket) return std::unexpected(std::move(socket.error()));
  return Interruptible(std::make_unique<NetlinkExecutor>(std::move(*socket)));
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
