#include "backends/netlink/netlink_query.h"

#include <linux/netlink.h>

#include <cerrno>
#include <utility>

#include "core/wire/message_reader.h"

namespace natplan {
namespace {

// As NetlinkExecutor's: no dump is longer.
constexpr std::size_t kReceiveBufferSize = 65536;

// What one datagram adds to an answer.
struct Progress {
  bool done = false;
  bool torn = false;
  int errno_value = 0;
};

Progress Take(std::span<const std::uint8_t> datagram, std::uint32_t sequence, bool is_dump,
              const NetlinkQuery::TakeMessage& take) {
  Progress progress;
  while (const auto message = wire::NextMessage(datagram)) {
    if (progress.done || message->sequence != sequence) continue;
    if ((message->flags & NLM_F_DUMP_INTR) != 0) progress.torn = true;
    if (message->type == NLMSG_DONE || message->type == NLMSG_ERROR) {
      progress.done = true;
      const bool has_status = message->payload.size() >= sizeof(std::int32_t);
      if (has_status) progress.errno_value = wire::ErrnoOfStatus(wire::HostU32(message->payload));
      if (!has_status && message->type == NLMSG_ERROR) progress.errno_value = EPROTO;
      continue;
    }
    if (message->type == NLMSG_OVERRUN) progress.torn = true;
    if (message->type < NLMSG_MIN_TYPE) continue;
    if (!take(*message)) {
      progress.errno_value = ECANCELED;
      progress.done = true;
    } else if (!is_dump) {
      progress.done = true;
    }
  }
  if (!datagram.empty()) progress.torn = true;
  return progress;
}

}  // namespace

NetlinkQuery::NetlinkQuery(OpenSocket open) : open_(std::move(open)), buffer_(kReceiveBufferSize) {}

int NetlinkQuery::Send(std::span<const std::uint8_t> datagram, TimePoint deadline) {
  for (;;) {
    const auto sent = socket_->Send(datagram);
    if (sent) return 0;
    if (sent.error() != EINTR) return sent.error();
    if (socket_->Now() >= deadline) return ETIMEDOUT;
  }
}

std::expected<std::span<const std::uint8_t>, int> NetlinkQuery::Next(TimePoint deadline) {
  for (;;) {
    const auto received = socket_->Receive(buffer_);
    // Any program may send to any port.
    if (received && received->sender_port == 0) {
      if (received->truncated) return std::unexpected(ENOBUFS);
      return std::span<const std::uint8_t>(buffer_.data(), received->size);
    }
    if (!received && received.error() != EINTR) {
      if (received.error() != EAGAIN) return std::unexpected(received.error());
      const auto ready = socket_->WaitReadable(deadline);
      if (!ready && ready.error() != EINTR) return std::unexpected(ready.error());
      if (ready) continue;
    }
    if (socket_->Now() >= deadline) return std::unexpected(ETIMEDOUT);
  }
}

int NetlinkQuery::Ask(const Encode& request, const TakeMessage& take, TimePoint deadline) {
  if (socket_ == nullptr) {
    auto opened = open_();
    if (!opened) {
      socket_error_ = std::move(opened.error());
      return socket_error_.errno_value != 0 ? socket_error_.errno_value : EIO;
    }
    socket_ = *std::move(opened);
  }
  const std::uint32_t sequence = ++sequence_;
  const std::vector<std::uint8_t> bytes = request(sequence);
  const wire::Bytes all = bytes;
  wire::Bytes rest = all;
  const auto asked = wire::NextMessage(rest);
  const bool is_dump = asked && (asked->flags & NLM_F_DUMP) == NLM_F_DUMP;
  int error = Send(bytes, deadline);
  bool torn = false;
  while (error == 0) {
    const auto datagram = Next(deadline);
    if (!datagram) {
      error = datagram.error() == ENOBUFS ? EINTR : datagram.error();
      break;
    }
    const Progress progress = Take(*datagram, sequence, is_dump, take);
    torn = torn || progress.torn;
    if (!progress.done) continue;
    if (progress.errno_value == 0) return torn ? EINTR : 0;
    error = progress.errno_value;
    // The kernel's own answer leaves nothing unread.
    if (error != ECANCELED) return error;
  }
  // A dump that is not read to its end stands in the way of the next one.
  socket_ = nullptr;
  return error;
}

}  // namespace natplan
