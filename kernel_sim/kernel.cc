#include "kernel_sim/kernel.h"

#include <cerrno>
#include <map>
#include <utility>

#include "kernel_sim/ack.h"
#include "kernel_sim/batch.h"
#include "kernel_sim/describe.h"
#include "kernel_sim/message_table.h"
#include "kernel_sim/netlink_socket.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::uint32_t kFirstChosenPort =
    0xffffefff;  // -4097: the kernel's own choice begins there, downwards
constexpr std::uint32_t kGroupMask = 1U << (kNfTablesGroup - 1);
const Process kStranger = {2, "nft"};

// BEGIN, DELTABLE of all families, END: what `nft flush ruleset` sends.
std::vector<std::uint8_t> FlushRulesetDatagram() {
  MessageWriter writer(SIZE_MAX);
  const auto message = [&](std::uint16_t type, std::uint32_t sequence, std::uint16_t resource) {
    const std::size_t start = writer.BeginMessage(type, NLM_F_REQUEST, sequence, 0);
    writer.NfGenMessage(NFPROTO_UNSPEC, resource);
    writer.EndMessage(start);
  };
  message(NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES);
  message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE, 1, 0);
  message(NFNL_MSG_BATCH_END, 2, NFNL_SUBSYS_NFTABLES);
  return writer.Take();
}

}  // namespace

class Kernel::Impl {
 public:
  explicit Impl(Profile profile) { state_.profile = std::move(profile); }

  std::expected<std::uint32_t, int> Open(const SocketOptions& options) {
    std::uint32_t port = options.port_id;
    if (port != 0 && sockets_.contains(port)) return std::unexpected(EADDRINUSE);
    if (port == 0) port = FreePort(options.process.pid);
    sockets_.try_emplace(port, options, port);
    return port;
  }

  // Kernel: net/netfilter/nf_tables_api.c nft_rcv_nl_event() (6.18). No notifications, the same generation.
  void Close(std::uint32_t port) {
    if (sockets_.erase(port) == 0) return;
    const auto owned = [&](const std::unique_ptr<Table>& table) {
      return (table->flags & NFT_TABLE_F_OWNER) != 0 && table->owner == port;
    };
    for (const auto& table : state_.tables) {
      if (!owned(table) || (table->flags & kTableFlagPersist) == 0) continue;
      table->flags &= ~std::uint32_t{NFT_TABLE_F_OWNER};
      table->owner = 0;
    }
    if (std::erase_if(state_.tables, owned) > 0) ++state_.changes;
  }

  NetlinkSocket* Find(std::uint32_t port) {
    const auto found = sockets_.find(port);
    return found == sockets_.end() ? nullptr : &found->second;
  }

  // Kernel: net/netlink/af_netlink.c netlink_sendmsg(), net/netfilter/nfnetlink.c nfnetlink_rcv() (6.18)
  std::expected<void, int> Send(NetlinkSocket& socket, std::span<const std::uint8_t> datagram) {
    // The kernel keeps 32 bytes of the buffer for itself.
    if (datagram.size() + 32 > socket.send_buffer()) return std::unexpected(EMSGSIZE);
    const std::optional<MessageView> first = FirstMessage(datagram);
    if (!first) return {};
    const bool is_batch = first->header.nlmsg_type == NFNL_MSG_BATCH_BEGIN;
    if (is_batch) ++transactions_;
    if (!socket.net_admin()) {
      socket.Deliver(BuildAck(socket.ack_options(), *first, EPERM, nullptr), 0);
    } else if (is_batch) {
      SendBatch(socket, datagram);
    } else {
      SendSingles(socket, datagram);
    }
    return {};
  }

  const NfTables& state() const { return state_; }
  std::uint64_t transactions() const { return transactions_; }

 private:
  // Kernel: net/netlink/af_netlink.c netlink_autobind() (6.18)
  std::uint32_t FreePort(std::uint32_t wanted) const {
    std::uint32_t port = wanted;
    for (std::uint32_t chosen = kFirstChosenPort; port == 0 || sockets_.contains(port); --chosen)
      port = chosen;
    return port;
  }

  bool HasListeners() const {
    for (const auto& [port, socket] : sockets_) {
      if (socket.in_group(kNfTablesGroup)) return true;
    }
    return false;
  }

  void SendBatch(NetlinkSocket& socket, std::span<const std::uint8_t> datagram) {
    const Profile& profile = state_.profile;
    if (profile.flush_before.contains(transactions_)) FlushAsStranger();
    const Sender sender = socket.sender();
    const BatchResult result = RunBatch(state_, sender, HasListeners(), datagram);
    if (result.committed) Notify(&socket, sender, result);
    const bool lost = profile.enobufs.contains(transactions_);
    if (lost) socket.LoseDatagrams();
    if (lost || profile.lost_ack.contains(transactions_)) return;
    for (const BatchAck& ack : result.acks) {
      socket.Deliver(BuildAck(socket.ack_options(), ack.message, ack.error, &ack.extack), 0);
    }
  }

  void FlushAsStranger() {
    const Sender stranger = {FreePort(0), kStranger};
    const BatchResult result = RunBatch(state_, stranger, HasListeners(), FlushRulesetDatagram());
    if (result.committed) Notify(nullptr, stranger, result);
  }

  // Packs the changes into datagrams and sends them and NEWGEN to those who want them.
  // Kernel: net/netfilter/nf_tables_api.c nft_commit_notify(), nf_tables_gen_notify() (6.18)
  void Notify(NetlinkSocket* sender_socket, const Sender& sender, const BatchResult& result) {
    std::vector<std::uint8_t> packed;
    bool echo = false;
    const auto flush = [&] {
      if (!packed.empty()) Multicast(sender_socket, std::exchange(packed, {}), echo);
    };
    for (const Notification& change : result.notifications) {
      if (change.bytes.empty()) {
        OverrunListeners();
        continue;
      }
      if (packed.size() + change.bytes.size() >= kMessageGoodSize || change.echo != echo) flush();
      if (packed.empty()) echo = change.echo;
      packed.insert(packed.end(), change.bytes.begin(), change.bytes.end());
    }
    flush();
    MessageWriter writer(kMessageGoodSize);
    WriteGeneration(writer, {NFT_MSG_NEWGEN, 0, result.generation_sequence, sender.port, state_.generation},
                    sender.process);
    Multicast(sender_socket, writer.Take(), result.generation_echo);
  }

  // Kernel: net/netlink/af_netlink.c nlmsg_notify() (6.18): an echo replaces the sender's own copy.
  void Multicast(NetlinkSocket* sender_socket, const std::vector<std::uint8_t>& bytes, bool echo) {
    for (auto& [port, socket] : sockets_) {
      const bool excluded = echo && &socket == sender_socket;
      if (socket.in_group(kNfTablesGroup) && !excluded) socket.Deliver(bytes, kGroupMask);
    }
    if (echo && sender_socket != nullptr) sender_socket->Deliver(bytes, kGroupMask);
  }

  void OverrunListeners() {
    for (auto& [port, socket] : sockets_) {
      if (socket.in_group(kNfTablesGroup)) socket.LoseDatagrams();
    }
  }

  // Kernel: net/netlink/af_netlink.c netlink_rcv_skb() (6.18)
  void SendSingles(NetlinkSocket& socket, std::span<const std::uint8_t> datagram) {
    for (auto rest = datagram; rest.size() >= NLMSG_HDRLEN;) {
      const std::optional<MessageView> message = FirstMessage(rest);
      if (!message) return;
      SendSingle(socket, *message);
      rest = AfterMessage(rest, *message);
    }
  }

  void SendSingle(NetlinkSocket& socket, const MessageView& message) {
    ExtAck extack;
    int error = 0;
    const std::uint16_t flags = message.header.nlmsg_flags;
    if ((flags & NLM_F_REQUEST) != 0 && message.header.nlmsg_type >= NLMSG_MIN_TYPE) {
      const std::expected<void, int> answered = Answer(socket, message, extack);
      // A dump that has begun is not acknowledged.
      if (!answered && answered.error() == EINTR) return;
      if (!answered) error = answered.error();
    }
    if (error == 0 && (flags & NLM_F_ACK) == 0) return;
    socket.Deliver(BuildAck(socket.ack_options(), message, error, &extack), 0);
  }

  // Kernel: net/netfilter/nfnetlink.c nfnetlink_rcv_msg() (6.18)
  std::expected<void, int> Answer(NetlinkSocket& socket, const MessageView& message, ExtAck& extack) {
    if (message.payload().size() < sizeof(nfgenmsg)) return {};
    if (message.subsystem() != NFNL_SUBSYS_NFTABLES || !state_.profile.nf_tables)
      return std::unexpected(EINVAL);
    const MessageKind* kind = FindMessageKind(message.number());
    if (kind == nullptr) return std::unexpected(EINVAL);
    std::array<Attribute, kAttributeLimit> attributes;
    const auto used = std::span(attributes).first(kind->policy.size());
    const auto bytes = message.payload().subspan(sizeof(nfgenmsg));
    if (const int error = ParseAttributes(bytes, kind->policy, used, &extack)) return std::unexpected(error);
    if (kind->get == nullptr) return std::unexpected(EINVAL);
    const Sender sender = socket.sender();
    const Request request = {message, message.payload()[0], used, &sender, &extack};
    if (kind->dump != nullptr && (message.header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
      return StartDump(socket, *kind, request);
    }
    GetReply reply = kind->get(state_, request);
    for (auto& bytes_of_reply : reply.datagrams) socket.Deliver(std::move(bytes_of_reply), 0);
    if (reply.error != 0) return std::unexpected(reply.error);
    return {};
  }

  // Kernel: net/netlink/af_netlink.c __netlink_dump_start() (6.18)
  std::expected<void, int> StartDump(NetlinkSocket& socket, const MessageKind& kind, const Request& request) {
    DumpResult dump = kind.dump(state_, request);
    if (!dump) return std::unexpected(dump.error());
    if (socket.dump_running()) return std::unexpected(EBUSY);
    socket.StartDump(std::move(*dump), request.message);
    return std::unexpected(EINTR);
  }

  NfTables state_;
  std::map<std::uint32_t, NetlinkSocket> sockets_;
  std::uint64_t transactions_ = 0;
};

Kernel::Kernel(Profile profile) : impl_(std::make_unique<Impl>(std::move(profile))) {}
Kernel::~Kernel() = default;

std::expected<std::uint32_t, int> Kernel::Open(const SocketOptions& options) { return impl_->Open(options); }

void Kernel::Close(std::uint32_t port) { impl_->Close(port); }

std::expected<void, int> Kernel::JoinGroup(std::uint32_t port, std::uint32_t group) {
  NetlinkSocket* socket = impl_->Find(port);
  if (socket == nullptr) return std::unexpected(EBADF);
  if (!socket->net_admin()) return std::unexpected(EPERM);
  if (group == 0 || group > kGroupLimit) return std::unexpected(EINVAL);
  socket->Join(group);
  return {};
}

void Kernel::SetReceiveBuffer(std::uint32_t port, std::size_t bytes) {
  if (NetlinkSocket* socket = impl_->Find(port)) socket->set_receive_buffer(bytes);
}

void Kernel::SetSendBuffer(std::uint32_t port, std::size_t bytes) {
  if (NetlinkSocket* socket = impl_->Find(port)) socket->set_send_buffer(bytes);
}

std::expected<void, int> Kernel::Send(std::uint32_t port, std::span<const std::uint8_t> datagram) {
  NetlinkSocket* socket = impl_->Find(port);
  if (socket == nullptr) return std::unexpected(EBADF);
  return impl_->Send(*socket, datagram);
}

std::expected<Datagram, int> Kernel::Receive(std::uint32_t port, std::size_t capacity) {
  NetlinkSocket* socket = impl_->Find(port);
  if (socket == nullptr) return std::unexpected(EBADF);
  return socket->Receive(capacity);
}

std::uint32_t Kernel::generation() const { return impl_->state().generation; }
std::uint64_t Kernel::transactions() const { return impl_->transactions(); }

}  // namespace natplan::kernel_sim
