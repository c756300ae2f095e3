#include "tests/contract/recording_executor.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstring>
#include <utility>

#include "backends/netlink/tracing_socket.h"

namespace natplan::contract {
namespace {

bool IsBatch(std::span<const std::uint8_t> datagram) {
  nlmsghdr header;
  if (datagram.size() < sizeof(header)) return false;
  std::memcpy(&header, datagram.data(), sizeof(header));
  return header.nlmsg_type == NFNL_MSG_BATCH_BEGIN;
}

class RecordingExecutor final : public Executor {
 public:
  RecordingExecutor(std::unique_ptr<NetlinkSocket> socket, NetlinkExecutor::ListeningSocket listen,
                    std::vector<Sent>& sent)
      : sent_(sent),
        executor_(
            std::make_unique<TracingSocket>(
                std::move(socket),
                [this](const TracedDatagram& datagram) {
                  if (datagram.direction != TracedDatagram::Direction::kSent || !IsBatch(datagram.bytes))
                    return;
                  sent_.back().bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
                }),
            1, std::move(listen)) {}

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    return executor_.Read(request, deadline);
  }
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    sent_.push_back({.transaction = transaction});
    return executor_.Commit(transaction, deadline);
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    return executor_.Drain(tables, since);
  }

 private:
  std::vector<Sent>& sent_;
  NetlinkExecutor executor_;
};

}  // namespace

std::unique_ptr<Executor> MakeRecordingExecutor(std::unique_ptr<NetlinkSocket> socket,
                                                NetlinkExecutor::ListeningSocket listen,
                                                std::vector<Sent>& sent) {
  return std::make_unique<RecordingExecutor>(std::move(socket), std::move(listen), sent);
}

}  // namespace natplan::contract
