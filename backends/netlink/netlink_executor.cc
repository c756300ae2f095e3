#include "backends/netlink/netlink_executor.h"

#include <errno.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/values/generation.h"
#include "core/wire/batch.h"

namespace natplan {
namespace {

// The kernel makes dumps as long as the reader's buffer, up to 32,448 bytes, and answers to a batch are
// shorter. Kernel: net/netlink/af_netlink.c netlink_recvmsg(), netlink_dump() (6.18)
constexpr std::size_t kReceiveBufferSize = 65536;

// Elements and other changes that are kept of one commit of others: some 100 bytes for each. What changes
// more is read instead.
constexpr std::size_t kFollowedChanges = 4096;

// While anybody listens, the kernel needs 8 KiB for each element of a commit: of one with more bytes than
// this (about 1,000 elements) this program is not the one who does.
constexpr std::size_t kQuietBytes = 65536;

ReadFailure Torn() { return {.torn = true}; }

NotSent TooLarge(std::size_t bytes) {
  return {.errno_value = EMSGSIZE,
          .text = "the transaction is " + std::to_string(bytes) +
                  " bytes long, more than the socket may send at once: change fewer things at once, or raise "
                  "net.core.wmem_max to " +
                  std::to_string(bytes / 2 + 4096) + " (root of the initial user namespace needs neither)"};
}

NotSent SendFailure(int errno_value) {
  switch (errno_value) {
    case ECHILD:
      return {errno_value, "the socket was made by the process that this one was forked from"};
    case ECONNREFUSED:
      return {errno_value, "this kernel does not listen to netfilter over netlink"};
    default:
      return {errno_value, {}};
  }
}

std::uint32_t LastSequence(const EncodedBatch& batch) {
  if (batch.end_sequence != 0) return batch.end_sequence;
  return batch.messages.empty() ? batch.begin_sequence : batch.messages.back().sequence;
}

// `errno_value` is the kernel's answer to one of the requests, or the socket's own error.
ReadFailure FailureFor(int errno_value) {
  switch (errno_value) {
    case EPERM:
      return {.errno_value = EPERM, .text = "reading nf_tables needs CAP_NET_ADMIN"};
    case ETIMEDOUT:
      return {.errno_value = ETIMEDOUT, .text = "the kernel did not answer in time"};
    case ECHILD:
      return {.errno_value = ECHILD,
              .text = "the socket was made by the process that this one was forked from"};
    // Something that was just listed is gone, an answer was lost, or an earlier dump is still under way.
    case ENOENT:
    case ENOBUFS:
    case EBUSY:
      return Torn();
    default:
      return {.errno_value = errno_value};
  }
}

}  // namespace

NetlinkExecutor::NetlinkExecutor(std::unique_ptr<NetlinkSocket> socket, std::uint32_t first_sequence,
                                 ListeningSocket listen)
    : socket_(std::move(socket)),
      listen_(std::move(listen)),
      next_sequence_(first_sequence),
      buffer_(kReceiveBufferSize) {}

std::uint32_t NetlinkExecutor::TakeSequence() {
  return std::exchange(next_sequence_, NextSequence(next_sequence_));
}

bool NetlinkExecutor::IsOver(TimePoint deadline) { return socket_->Now() >= deadline; }

std::expected<void, int> NetlinkExecutor::Send(std::span<const std::uint8_t> datagram, TimePoint deadline) {
  for (;;) {
    const std::expected<void, int> sent = socket_->Send(datagram);
    if (sent || sent.error() != EINTR) return sent;
    if (IsOver(deadline)) return std::unexpected(ETIMEDOUT);
  }
}

bool NetlinkExecutor::IsForUs(const NetlinkSocket::Received& received) {
  if (received.sender_port != 0) return false;  // Any program may send to any port id.
  if (received.size < sizeof(nlmsghdr)) return false;
  nlmsghdr header;
  std::memcpy(&header, buffer_.data(), sizeof(header));
  // A socket that was handed over may have joined a multicast group, where nlmsg_pid is that of the program
  // whose change is announced.
  return header.nlmsg_pid == socket_->port();
}

std::expected<std::span<const std::uint8_t>, int> NetlinkExecutor::NextAnswer(TimePoint deadline, bool wait) {
  for (;;) {
    const std::expected<NetlinkSocket::Received, int> received = socket_->Receive(buffer_);
    if (received && IsForUs(*received)) {
      if (received->truncated) return std::unexpected(ENOBUFS);  // Its rest is lost.
      return std::span<const std::uint8_t>(buffer_.data(), received->size);
    }
    if (!received && received.error() != EINTR) {
      if (received.error() != EAGAIN || !wait) return std::unexpected(received.error());
      const std::expected<void, int> ready = socket_->WaitReadable(deadline);
      if (!ready && ready.error() != EINTR) return std::unexpected(ready.error());
      if (ready) continue;
    }
    // Neither strangers nor signals extend the time.
    if (IsOver(deadline)) return std::unexpected(ETIMEDOUT);
  }
}

void NetlinkExecutor::DropLeftovers(TimePoint deadline) {
  while (leftovers_) {
    const auto answer = NextAnswer(deadline, /*wait=*/false);
    leftovers_ = answer || answer.error() == ENOBUFS;
    if (IsOver(deadline)) return;
  }
}

Outcome NetlinkExecutor::Commit(const Transaction& transaction, TimePoint deadline) {
  EncodedBatch batch;
  try {
    batch = Encode(transaction, next_sequence_);
  } catch (const std::bad_alloc&) {
    return NotSent{.errno_value = ENOMEM};
  }
  if (batch.bytes.empty()) {
    return NotSent{.errno_value = EINVAL, .text = "a transaction without operations changes nothing"};
  }
  next_sequence_ = NextSequence(LastSequence(batch));

  if (batch.bytes.size() > kQuietBytes) CloseFeed();
  DropLeftovers(deadline);
  if (const auto room = socket_->EnsureSendBuffer(batch.bytes.size()); !room) {
    return room.error() == EMSGSIZE ? TooLarge(batch.bytes.size()) : SendFailure(room.error());
  }
  if (const auto sent = Send(batch.bytes, deadline); !sent) {
    return sent.error() == EMSGSIZE ? TooLarge(batch.bytes.size()) : SendFailure(sent.error());
  }

  leftovers_ = true;  // also if there is no memory for the answers
  BatchReplies replies(batch);
  int reason = 0;  // why the answers that were read are not all
  while (!replies.complete()) {
    // Answers lie ready when the send returns, so what was not there after a loss will not come.
    const bool wait = reason == 0 && !replies.decisive();
    const auto answer = NextAnswer(deadline, wait);
    if (answer) {
      replies.Add(*answer);
    } else if (answer.error() == ENOBUFS && (reason == 0 || !IsOver(deadline))) {
      reason = ENOBUFS;
    } else {
      if (reason == 0 && answer.error() != EAGAIN) reason = answer.error();
      break;
    }
  }
  leftovers_ = reason != 0;

  Outcome outcome = replies.outcome(reason);
  // The last message's ack says that it was in order, which is no commit unless every other answer was read
  // as well. The ack of BATCH_END is one, and an error is a refusal.
  if (reason != 0 && !replies.complete() && std::holds_alternative<Committed>(outcome))
    return Unknown{reason};
  return outcome;
}

int NetlinkExecutor::Ask(DumpReader& reader, std::span<const std::uint8_t> request, std::uint32_t sequence,
                         TimePoint deadline) {
  reader.Expect(sequence);
  if (const auto sent = Send(request, deadline); !sent) return sent.error();
  const bool left = std::exchange(leftovers_, true);  // also if there is no memory for the answer
  bool lost = false;
  while (!reader.done()) {
    const auto answer = NextAnswer(deadline, /*wait=*/true);
    if (answer) {
      reader.Add(*answer);
    } else if (answer.error() == ENOBUFS && !IsOver(deadline)) {
      lost = true;  // What is left of a dump is read all the same: the socket is free for the next one only
                    // then.
    } else {
      return lost ? ENOBUFS : answer.error();
    }
  }
  leftovers_ = left;
  return lost ? ENOBUFS : reader.errno_value();
}

int NetlinkExecutor::AskGeneration(DumpReader& reader, TimePoint deadline) {
  const std::uint32_t sequence = TakeSequence();
  const int error = Ask(reader, EncodeGetGeneration(sequence), sequence, deadline);
  // The answer of a kernel that has nfnetlink and not nf_tables. Kernel: nfnetlink.c nfnetlink_rcv_msg()
  // (6.18)
  return error == EINVAL ? EOPNOTSUPP : error;
}

int NetlinkExecutor::AskForTables(DumpReader& reader, const ReadRequest& request, TimePoint deadline) {
  std::vector<Family> families;
  for (const TableId& table : request.tables) {
    if (std::find(families.begin(), families.end(), table.family) == families.end()) {
      families.push_back(table.family);
    }
  }
  for (const Family family : families) {
    std::uint32_t sequence = TakeSequence();
    if (const int error = Ask(reader, EncodeDumpTables(family, sequence), sequence, deadline)) return error;
    const auto& tables = reader.snapshot().tables;
    const bool any = std::any_of(tables.begin(), tables.end(),
                                 [family](const TableSnapshot& table) { return table.id.family == family; });
    if (!any) continue;
    sequence = TakeSequence();
    if (const int error = Ask(reader, EncodeDumpChains(family, sequence), sequence, deadline)) return error;
  }
  return 0;
}

int NetlinkExecutor::AskForContents(DumpReader& reader, const ReadRequest& request, const TableId& table,
                                    TimePoint deadline) {
  std::uint32_t sequence = TakeSequence();
  if (const int error = Ask(reader, EncodeDumpRules(table, sequence), sequence, deadline)) return error;
  sequence = TakeSequence();
  if (const int error = Ask(reader, EncodeDumpSets(table, sequence), sequence, deadline)) return error;
  sequence = TakeSequence();
  if (const int error = Ask(reader, EncodeDumpObjects(table, sequence), sequence, deadline)) return error;
  sequence = TakeSequence();
  if (const int error = Ask(reader, EncodeDumpFlowtables(table, sequence), sequence, deadline)) {
    // A kernel built without flowtables holds none.
    if (error != EINVAL && error != EOPNOTSUPP && error != ENOENT) return error;
  }
  for (const std::string& wanted : request.sets) {
    // The reader's table: it gets its sets while this goes on.
    const TableSnapshot* now = reader.snapshot().Find(table);
    if (now == nullptr) return ENOENT;
    const bool exists = std::any_of(now->sets.begin(), now->sets.end(),
                                    [&wanted](const SetSnapshot& set) { return set.name == wanted; });
    if (!exists) continue;
    sequence = TakeSequence();
    if (const int error = Ask(reader, EncodeDumpElements(table, wanted, sequence), sequence, deadline))
      return error;
  }
  for (const KeyRequest& wanted : request.keys) {
    if (wanted.table != table) continue;
    if (const int error = AskForKey(reader, wanted, deadline)) return error;
  }
  return 0;
}

// An element that is not there is an answer.
int NetlinkExecutor::AskForKey(DumpReader& reader, const KeyRequest& wanted, TimePoint deadline) {
  const TableSnapshot* table = reader.snapshot().Find(wanted.table);
  if (table == nullptr) return ENOENT;
  const auto set = std::ranges::find(table->sets, wanted.set, &SetSnapshot::name);
  // A set of another layout holds no such key; whoever asked sees its shape.
  if (set == table->sets.end() || set->shape.key_length != wanted.key.size()) return 0;
  const bool interval = set->shape.interval;
  for (const ElementNode node : {ElementNode::kStart, ElementNode::kEnd}) {
    const std::uint32_t sequence = TakeSequence();
    const int error = Ask(reader, EncodeGetElement(wanted, node, sequence), sequence, deadline);
    // One that reaches to the top of the address space has no end.
    if (error == ENOENT || !interval) return error == ENOENT ? 0 : error;
    if (error != 0) return error;
  }
  return 0;
}

std::expected<Snapshot, ReadFailure> NetlinkExecutor::Read(const ReadRequest& request, TimePoint deadline) {
  DropLeftovers(deadline);
  DumpReader reader(request);
  if (const int error = AskGeneration(reader, deadline)) {
    if (error == EOPNOTSUPP) {
      return std::unexpected(ReadFailure{.errno_value = error, .text = "this kernel has no nf_tables"});
    }
    return std::unexpected(FailureFor(error));
  }
  const std::uint32_t before = reader.generation();
  if (const int error = AskForTables(reader, request, deadline)) return std::unexpected(FailureFor(error));

  std::vector<TableId> existing;
  for (const TableSnapshot& table : reader.snapshot().tables) existing.push_back(table.id);
  for (const TableId& table : existing) {
    if (const int error = AskForContents(reader, request, table, deadline)) {
      return std::unexpected(FailureFor(error));
    }
  }

  if (const int error = AskGeneration(reader, deadline)) return std::unexpected(FailureFor(error));
  if (reader.interrupted()) return std::unexpected(Torn());
  Snapshot snapshot = reader.snapshot();
  if (reader.generation() != before) {
    // What was committed meanwhile does no harm if it was about other tables.
    const Drained meanwhile = Drain(request.tables, before);
    if (!meanwhile.complete || meanwhile.touched() || IsAfter(reader.generation(), meanwhile.generation))
      return std::unexpected(Torn());
    snapshot.generation = meanwhile.generation;
  }
  Teach(snapshot);
  return snapshot;
}

// Without memory for what sets are made of, nobody listens.
void NetlinkExecutor::Teach(const Snapshot& snapshot) {
  if (feed_ == nullptr) return;
  try {
    feed_->Learn(snapshot);
  } catch (const std::bad_alloc&) {
    CloseFeed();
  }
}

void NetlinkExecutor::CloseFeed() {
  feed_.reset();
  followed_.Lose();
}

bool NetlinkExecutor::OpenFeed(const std::vector<TableId>& tables) {
  if (feed_ != nullptr && feed_tables_ == tables) return true;
  CloseFeed();
  if (!listen_) return false;
  std::expected<std::unique_ptr<NetlinkSocket>, Error> socket = listen_();
  if (!socket) {
    listen_ = nullptr;
    return false;
  }
  feed_ = std::make_unique<ChangeFeed>(*std::move(socket), tables, kFollowedChanges);
  feed_tables_ = tables;
  return true;
}

Drained NetlinkExecutor::Drain(const std::vector<TableId>& tables, std::uint32_t since) {
  try {
    return Listen(tables, since);
  } catch (const std::bad_alloc&) {
    CloseFeed();
    return {};
  }
}

Drained NetlinkExecutor::Listen(const std::vector<TableId>& tables, std::uint32_t since) {
  if (!OpenFeed(tables)) return {};
  for (;;) {
    auto batch = feed_->Next();
    if (batch && !*batch) break;
    if (batch) {
      followed_.Add(std::move(**batch), socket_->port());
      continue;
    }
    followed_.Lose();
    if (batch.error() == ENOBUFS) continue;
    feed_.reset();
    listen_ = nullptr;
    return {};
  }
  if (!followed_.following()) {
    // What is committed from now on is told, whatever is told late of before.
    DumpReader reader({});
    if (AskGeneration(reader, socket_->Now()) != 0) return {};
    followed_.Begin(reader.generation());
  }
  return followed_.Since(since);
}

}  // namespace natplan
