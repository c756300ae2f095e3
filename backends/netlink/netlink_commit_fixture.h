// The fixture of tests of NetlinkExecutor::Commit: an executor over a socket whose answers are scripted.
#ifndef NATPLAN_BACKENDS_NETLINK_NETLINK_COMMIT_FIXTURE_H_
#define NATPLAN_BACKENDS_NETLINK_NETLINK_COMMIT_FIXTURE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backends/netlink/answer_bytes.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/netlink/scripted_netlink_socket.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {

class NetlinkCommitTest : public ::testing::Test {
 protected:
  using Messages = std::vector<SentMessage>;
  static constexpr std::uint32_t kPort = ScriptedNetlinkSocket::kPort;
  static constexpr TimePoint kDeadline = TimePoint() + std::chrono::seconds(5);

  explicit NetlinkCommitTest(std::uint32_t first_sequence = 1) {
    auto socket = std::make_unique<::testing::NiceMock<ScriptedNetlinkSocket>>();
    socket_ = socket.get();
    executor_ = std::make_unique<NetlinkExecutor>(std::move(socket), first_sequence);
  }

  // BEGIN, three messages, END.
  static Transaction ThreeOperations() {
    const TableId table = {Family::kIp, "natplan"};
    return {.operations = {EnsureTable{table}, FlushChain{table, "prerouting"}, FlushChain{table, "output"}}};
  }
  static Outcome RefusedWith(int errno_value, std::optional<std::size_t> operation) {
    return Refused{{Refusal{.operation = operation, .errno_value = errno_value}}};
  }

  Outcome Commit(const Transaction& transaction = ThreeOperations()) {
    return executor_->Commit(transaction, kDeadline);
  }
  // Answers each batch like a kernel that takes it: acks for BEGIN, the last message and END, one datagram
  // each.
  void AnswerEverything() {
    socket_->on_send = [this](const Messages& messages) {
      socket_->Answer(Ack(messages.front().sequence, kPort));
      socket_->Answer(Ack(messages[messages.size() - 2].sequence, kPort));
      socket_->Answer(Ack(messages.back().sequence, kPort));
    };
  }

  ::testing::NiceMock<ScriptedNetlinkSocket>* socket_ = nullptr;
  std::unique_ptr<NetlinkExecutor> executor_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_NETLINK_COMMIT_FIXTURE_H_
