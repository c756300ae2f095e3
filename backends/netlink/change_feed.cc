#include "backends/netlink/change_feed.h"

#include <errno.h>

#include <new>
#include <span>
#include <utility>

namespace natplan {
namespace {

// Announcements are at most a page long, or one message that is longer.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_commit_notify() (6.18)
constexpr std::size_t kReceiveBufferSize = 65536;

}  // namespace

ChangeFeed::ChangeFeed(std::unique_ptr<NetlinkSocket> socket, std::vector<TableId> tables,
                       std::size_t max_changes)
    : socket_(std::move(socket)), reader_(std::move(tables), max_changes), buffer_(kReceiveBufferSize) {}

std::expected<std::optional<CommittedBatch>, int> ChangeFeed::Next() {
  try {
    return ReadNext();
  } catch (const std::bad_alloc&) {
    return std::unexpected(DropAll());
  }
}

std::expected<std::optional<CommittedBatch>, int> ChangeFeed::ReadNext() {
  for (;;) {
    if (auto batch = reader_.Take()) return batch;
    const std::expected<NetlinkSocket::Received, int> received = socket_->Receive(buffer_);
    if (received) {
      if (received->sender_port != 0) continue;  // Any program may send to any port id.
      if (received->truncated) return std::unexpected(DropAll());
      reader_.Add(std::span(buffer_).first(received->size));
    } else if (received.error() == EAGAIN) {
      return std::nullopt;
    } else if (received.error() == ENOBUFS) {
      return std::unexpected(DropAll());
    } else if (received.error() != EINTR) {
      return std::unexpected(received.error());
    }
  }
}

// The kernel delivers nothing more to a socket that overran until it has been read to its end.
// Kernel: net/netlink/af_netlink.c netlink_overrun(), netlink_rcv_wake() (6.18)
int ChangeFeed::DropAll() {
  for (;;) {
    const std::expected<NetlinkSocket::Received, int> received = socket_->Receive(buffer_);
    if (received || received.error() == EINTR || received.error() == ENOBUFS) continue;
    reader_.Restart();
    return received.error() == EAGAIN ? ENOBUFS : received.error();
  }
}

}  // namespace natplan
