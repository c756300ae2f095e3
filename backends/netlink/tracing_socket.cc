#include "backends/netlink/tracing_socket.h"

#include <errno.h>

#include <utility>

namespace natplan {

TracingSocket::TracingSocket(std::unique_ptr<NetlinkSocket> socket, Sink sink)
    : socket_(std::move(socket)), sink_(std::move(sink)) {}

std::expected<void, int> TracingSocket::Send(std::span<const std::uint8_t> datagram) {
  const std::expected<void, int> sent = socket_->Send(datagram);
  sink_({.direction = TracedDatagram::Direction::kSent,
         .bytes = datagram,
         .errno_value = sent ? 0 : sent.error()});
  return sent;
}

std::expected<NetlinkSocket::Received, int> TracingSocket::Receive(std::span<std::uint8_t> buffer) {
  const std::expected<Received, int> received = socket_->Receive(buffer);
  if (received) {
    sink_({.direction = TracedDatagram::Direction::kReceived,
           .bytes = buffer.first(received->size),
           .sender_port = received->sender_port,
           .truncated = received->truncated});
  } else if (received.error() != EAGAIN && received.error() != EINTR) {
    sink_({.direction = TracedDatagram::Direction::kReceived, .errno_value = received.error()});
  }
  return received;
}

std::expected<void, int> TracingSocket::WaitReadable(TimePoint deadline) {
  return socket_->WaitReadable(deadline);
}
TimePoint TracingSocket::Now() { return socket_->Now(); }
std::uint32_t TracingSocket::port() { return socket_->port(); }
std::expected<void, int> TracingSocket::EnsureSendBuffer(std::size_t bytes) {
  return socket_->EnsureSendBuffer(bytes);
}

}  // namespace natplan
