// Questions to the kernel over a netlink socket of any protocol, one after the other.
#ifndef NATPLAN_BACKENDS_NETLINK_NETLINK_QUERY_H_
#define NATPLAN_BACKENDS_NETLINK_NETLINK_QUERY_H_

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "backends/netlink/socket.h"
#include "core/values/error.h"

namespace natplan {

namespace wire {
struct Message;  // core/wire/message_reader.h, whose headers of the kernel do not go with netinet/in.h
}

// Not thread-safe. Memory: one receive buffer of 64 KiB.
class NetlinkQuery {
 public:
  using OpenSocket = std::function<std::expected<std::unique_ptr<NetlinkSocket>, Error>()>;
  // Takes one message of the answer; false: no more of them is wanted.
  using TakeMessage = std::function<bool(const wire::Message& message)>;
  using Encode = std::function<std::vector<std::uint8_t>(std::uint32_t sequence)>;

  explicit NetlinkQuery(OpenSocket open);

  // Hands on each message of the answer until it is complete. 0, or a positive errno(3): the kernel's or the
  // socket's. ECANCELED: no more was wanted. EINTR: somebody changed what was dumped meanwhile, or a part was
  // lost; the messages that came may not belong together.
  int Ask(const Encode& request, const TakeMessage& take, TimePoint deadline);
  // Why there is no socket, after Ask() gave its errno.
  const Error& socket_error() const { return socket_error_; }

 private:
  int Send(std::span<const std::uint8_t> datagram, TimePoint deadline);
  // The next datagram of the kernel's to this socket, in buffer_.
  std::expected<std::span<const std::uint8_t>, int> Next(TimePoint deadline);

  OpenSocket open_;
  std::unique_ptr<NetlinkSocket> socket_;  // null: a new one is made for the next question
  Error socket_error_;
  std::uint32_t sequence_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_NETLINK_QUERY_H_
