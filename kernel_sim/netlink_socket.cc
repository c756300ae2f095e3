#include "kernel_sim/netlink_socket.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

// What the kernel's buffer for a datagram of `length` bytes costs the receiver.
// Kernel: net/core/skbuff.c __alloc_skb() (6.18); 256 is the skb itself, 320 its shared info.
std::size_t TrueSize(std::size_t length) {
  if (length <= 256) return 832;
  return 256 + std::bit_ceil(length + 320);
}

}  // namespace

void Dump::MarkIfChanged(MessageWriter& writer, std::size_t message) {
  if (previous_ != 0 && generation_ != previous_) writer.AddFlags(message, NLM_F_DUMP_INTR);
  previous_ = generation_;
}

NetlinkSocket::NetlinkSocket(const SocketOptions& options, std::uint32_t port)
    : options_(options), port_(port) {}

// Kernel: net/netlink/af_netlink.c netlink_attachskb(), netlink_broadcast_deliver() (6.18)
void NetlinkSocket::Deliver(std::vector<std::uint8_t> bytes, std::uint32_t group_mask) {
  const std::size_t true_size = TrueSize(bytes.size());
  const bool fits = queue_.empty() || queued_size_ + true_size <= options_.receive_buffer;
  if (congested_ || !fits) {
    Overrun();
    return;
  }
  Queue(std::move(bytes), group_mask, true_size);
}

void NetlinkSocket::Queue(std::vector<std::uint8_t> bytes, std::uint32_t group_mask, std::size_t true_size) {
  queue_.push_back({{std::move(bytes), 0, group_mask}, true_size});
  queued_size_ += true_size;
}

// Kernel: net/netlink/af_netlink.c netlink_overrun() (6.18)
void NetlinkSocket::Overrun() {
  if (congested_) return;
  congested_ = !queue_.empty();
  pending_enobufs_ = true;
}

// Kernel: net/netlink/af_netlink.c netlink_recvmsg() (6.18)
std::expected<Datagram, int> NetlinkSocket::Receive(std::size_t capacity) {
  if (std::exchange(pending_enobufs_, false)) return std::unexpected(ENOBUFS);
  if (queue_.empty()) return std::unexpected(EAGAIN);
  Queued first = std::move(queue_.front());
  queue_.pop_front();
  queued_size_ -= first.true_size;
  largest_receive_ = std::max(largest_receive_, std::min(capacity, kDumpSizeLimit));
  if (first.datagram.bytes.size() > capacity) first.datagram.bytes.resize(capacity);
  if (dump_running() && queued_size_ <= options_.receive_buffer / 2) ContinueDump();
  if (queue_.empty()) congested_ = false;
  return std::move(first.datagram);
}

void NetlinkSocket::StartDump(std::unique_ptr<Dump> dump, const MessageView& request) {
  dump_ = std::move(dump);
  dump_sequence_ = request.header.nlmsg_seq;
  dump_finished_ = false;
  ContinueDump();
}

// Kernel: net/netlink/af_netlink.c netlink_dump() (6.18)
void NetlinkSocket::ContinueDump() {
  if (queued_size_ >= options_.receive_buffer) return;
  const std::size_t size = std::max(kMessageGoodSize, largest_receive_);
  MessageWriter writer(size);
  if (!dump_finished_) dump_finished_ = !dump_->Fill(writer);
  constexpr std::size_t kDoneLength = NLMSG_HDRLEN + sizeof(std::int32_t);
  const bool done = dump_finished_ && writer.room() >= kDoneLength;
  if (done) {
    const std::size_t message = writer.BeginMessage(NLMSG_DONE, NLM_F_MULTI, dump_sequence_, port_);
    std::array<std::uint8_t, 4> code;
    const std::int32_t negative = -dump_->status();
    std::memcpy(code.data(), &negative, code.size());
    writer.Raw(code);
    writer.EndMessage(message);
    dump_->MarkIfChanged(writer, message);
  }
  Queue(writer.Take(), 0, TrueSize(size));
  if (done) dump_.reset();
}

}  // namespace natplan::kernel_sim
