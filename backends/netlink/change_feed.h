// What anybody commits to nf_tables, as it happens.
#ifndef NATPLAN_BACKENDS_NETLINK_CHANGE_FEED_H_
#define NATPLAN_BACKENDS_NETLINK_CHANGE_FEED_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "backends/netlink/socket.h"
#include "core/plan/executor.h"
#include "core/values/change.h"
#include "core/values/operation.h"
#include "core/values/snapshot.h"
#include "core/wire/notifications.h"

namespace natplan {

// Reads the commits from a socket that listens to nf_tables (LinuxSocket::Listen(), SimSocket::Listen()). The
// kernel's queue is the socket's receive buffer; what does not fit into it is lost, and that is said.
//
// Who wants to know of every change reads the tables after the feed was made, and again after each ENOBUFS,
// and passes over the batches up to the generation that was read: the first may lack its beginning.
//
// Not thread-safe: one thread at a time. Memory: a receive buffer of 64 KiB, and NotificationReader's.
class ChangeFeed {
 public:
  // Of these tables the changes are given; at most `max_changes` of one batch, see NotificationReader.
  ChangeFeed(std::unique_ptr<NetlinkSocket> socket, std::vector<TableId> tables,
             std::size_t max_changes = NotificationReader::kMaxChanges);

  // Learns what sets are made of, so that their elements can be told in words.
  void Learn(const Snapshot& snapshot) { reader_.Learn(snapshot); }

  // The next commit, those included that change no table of these; none: nothing more is there now. Does not
  // wait. ENOBUFS, said once a loss: some were lost, or there was no memory for them, and what had come
  // behind them was thrown away. Other errors are the socket's. Throws nothing.
  std::expected<std::optional<CommittedBatch>, int> Next();

  // For poll(2): readable if Next() may have something to give. -1 of a simulated socket.
  int descriptor() const { return socket_->descriptor(); }
  // Waits until Next() may have something to give. ETIMEDOUT, EINTR, or the socket's error.
  std::expected<void, int> Wait(TimePoint deadline) { return socket_->WaitReadable(deadline); }

 private:
  std::expected<std::optional<CommittedBatch>, int> ReadNext();
  // Returns ENOBUFS, or the error of the socket that came instead of its end.
  int DropAll();

  std::unique_ptr<NetlinkSocket> socket_;
  NotificationReader reader_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_CHANGE_FEED_H_
