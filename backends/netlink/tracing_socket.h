// Shows each datagram that goes through a netlink socket.
#ifndef NATPLAN_BACKENDS_NETLINK_TRACING_SOCKET_H_
#define NATPLAN_BACKENDS_NETLINK_TRACING_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>

#include "backends/netlink/socket.h"

namespace natplan {

// What a TracingSocket saw. Bytes are described by core/wire/describe.h.
struct TracedDatagram {
  enum class Direction { kSent, kReceived };
  Direction direction = Direction::kSent;
  std::span<const std::uint8_t> bytes = {};  // valid during the call of the sink only
  std::uint32_t sender_port = 0;             // received: 0 is the kernel
  bool truncated = false;                    // received: the datagram was longer
  int errno_value = 0;                       // sent: 0, or why it was not (EINTR, EMSGSIZE, ...); received:
                                             // 0, or why one was lost (ENOBUFS), then without bytes
};

// Hands everything on to another socket, unchanged. EAGAIN and EINTR of Receive are no datagrams and not
// shown. The sink must not use the socket. Not thread-safe.
class TracingSocket final : public NetlinkSocket {
 public:
  using Sink = std::function<void(const TracedDatagram&)>;
  TracingSocket(std::unique_ptr<NetlinkSocket> socket, Sink sink);

  std::expected<void, int> Send(std::span<const std::uint8_t> datagram) override;
  std::expected<Received, int> Receive(std::span<std::uint8_t> buffer) override;
  std::expected<void, int> WaitReadable(TimePoint deadline) override;
  TimePoint Now() override;
  std::uint32_t port() override;
  std::expected<void, int> EnsureSendBuffer(std::size_t bytes) override;
  int descriptor() const override { return socket_->descriptor(); }

 private:
  std::unique_ptr<NetlinkSocket> socket_;
  Sink sink_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_TRACING_SOCKET_H_
