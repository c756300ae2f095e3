// Reads snapshots and carries transactions out over a netlink socket, real or simulated.
#ifndef NATPLAN_BACKENDS_NETLINK_NETLINK_EXECUTOR_H_
#define NATPLAN_BACKENDS_NETLINK_NETLINK_EXECUTOR_H_

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "backends/netlink/change_feed.h"
#include "backends/netlink/followed_generations.h"
#include "backends/netlink/socket.h"
#include "core/plan/executor.h"
#include "core/values/error.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "core/wire/dump.h"

namespace natplan {

// A transaction is one datagram, sent once; the kernel has worked through it before the send returns, and the
// answers are read until they tell the outcome. Nothing is ever sent twice: what to do about an unknown
// outcome, a torn read or a refusal is for the reconciler to decide.
//
// Answers are told apart by sequence number. Numbers go on from one operation to the next and from UINT32_MAX
// to 1, so that an answer that arrives after its deadline is not taken for an answer to what came later.
//
// Not thread-safe: one thread at a time. Memory: one receive buffer of 64 KiB, and the bytes of one
// transaction while it is carried out.
class NetlinkExecutor final : public Executor {
 public:
  using ListeningSocket = std::function<std::expected<std::unique_ptr<NetlinkSocket>, Error>()>;

  // `first_sequence` is not 0. Two sockets never see each other's answers, so all may start at the same
  // number. `listen` gives a second socket, which listens to the same kernel; without it, or if it fails,
  // Drain() knows nothing.
  explicit NetlinkExecutor(std::unique_ptr<NetlinkSocket> socket, std::uint32_t first_sequence = 1,
                           ListeningSocket listen = {});

  // Sends: the generation, the tables of each family that is asked for; if one of the tables exists, the
  // chains of its family, its rules, sets, objects, flowtables and the elements of each wanted set that
  // exists, or of those by their keys; the generation again. Torn: the generation moved, and announcements do
  // not tell that it was for commits to other tables; a part was interrupted, an answer was lost, or
  // something that was just listed is gone. EPERM: no CAP_NET_ADMIN. EOPNOTSUPP: no nf_tables. ETIMEDOUT: no
  // answer in time.
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override;

  // NotSent: EINVAL for a transaction without operations, ENOMEM if there is none for its bytes, EMSGSIZE if
  // the socket cannot be given the room, or the errno of sendmsg(2). Unknown: ENOBUFS if an answer was lost,
  // ETIMEDOUT if none came in time. A refusal that was read stands, whatever was lost beside it: nothing was
  // changed then.
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override;

  // The first call makes the second socket, and asks the first one for the generation, as it does after each
  // loss: it is complete if nothing was committed since. Later ones send nothing. Asking for other tables
  // than before begins anew. Elements are told in words once Read() has shown what their sets are made of.
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override;

 private:
  std::uint32_t TakeSequence();
  bool IsOver(TimePoint deadline);
  std::expected<void, int> Send(std::span<const std::uint8_t> datagram, TimePoint deadline);
  // The next datagram that the kernel sent to this socket, in buffer_ until the next call. EAGAIN: nothing
  // there (without `wait`); ETIMEDOUT; ENOBUFS: one or more were lost.
  std::expected<std::span<const std::uint8_t>, int> NextAnswer(TimePoint deadline, bool wait);
  bool IsForUs(const NetlinkSocket::Received& received);
  // Throws away what is left of an operation that ended before its answers did. A dump that nobody reads to
  // its end would make the kernel refuse the next one (EBUSY).
  void DropLeftovers(TimePoint deadline);
  // Sends one request and collects its answer; returns 0 or a positive errno: the kernel's, or the socket's.
  int Ask(DumpReader& reader, std::span<const std::uint8_t> request, std::uint32_t sequence,
          TimePoint deadline);
  int AskGeneration(DumpReader& reader, TimePoint deadline);
  int AskForTables(DumpReader& reader, const ReadRequest& request, TimePoint deadline);
  int AskForContents(DumpReader& reader, const ReadRequest& request, const TableId& table,
                     TimePoint deadline);
  int AskForKey(DumpReader& reader, const KeyRequest& wanted, TimePoint deadline);

  // Makes feed_ for these tables if it is not there; returns whether it is.
  bool OpenFeed(const std::vector<TableId>& tables);
  void CloseFeed();
  void Teach(const Snapshot& snapshot);
  Drained Listen(const std::vector<TableId>& tables, std::uint32_t since);

  std::unique_ptr<NetlinkSocket> socket_;
  ListeningSocket listen_;
  std::unique_ptr<ChangeFeed> feed_;
  std::vector<TableId> feed_tables_;
  FollowedGenerations followed_;
  std::uint32_t next_sequence_;
  bool leftovers_ = false;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_NETLINK_EXECUTOR_H_
