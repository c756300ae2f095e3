// The seam of bytes: one NETLINK_NETFILTER socket, real, simulated or scripted by a test.
#ifndef NATPLAN_BACKENDS_NETLINK_SOCKET_H_
#define NATPLAN_BACKENDS_NETLINK_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "core/plan/executor.h"

namespace natplan {

// Whole datagrams in, whole datagrams out; nothing is known here of what they say. Every error is a positive
// errno(3) value. Not thread-safe: one thread at a time. Real: LinuxSocket; simulated: SimSocket.
class NetlinkSocket {
 public:
  struct Received {
    std::size_t size = 0;           // bytes in the buffer
    bool truncated = false;         // the datagram was longer than the buffer (MSG_TRUNC); its rest is lost
    std::uint32_t sender_port = 0;  // nl_pid of msg_name; 0 is the kernel, all others are programs
  };

  virtual ~NetlinkSocket() = default;
  // sendmsg(2) to the kernel, whole or not at all: an error means that the kernel saw nothing of it. EINTR is
  // the caller's to handle. The kernel (and the simulator) has worked through the datagram when this returns.
  virtual std::expected<void, int> Send(std::span<const std::uint8_t> datagram) = 0;
  // recvmsg(2) without waiting; EAGAIN if nothing is there. ENOBUFS, said once: something that was meant for
  // this socket did not fit into its receive buffer and is lost; what did fit can still be received.
  virtual std::expected<Received, int> Receive(std::span<std::uint8_t> buffer) = 0;
  // Waits until something can be received or `deadline` is over: ETIMEDOUT. EINTR is the caller's to handle.
  virtual std::expected<void, int> WaitReadable(TimePoint deadline) = 0;
  // Monotonic time, against which deadlines are read.
  virtual TimePoint Now() = 0;
  // The port id that answers carry in nlmsg_pid; 0 while the kernel has not bound the socket yet (it does so
  // at the first Send).
  virtual std::uint32_t port() = 0;
  // Makes room for a datagram of `bytes`: SO_SNDBUFFORCE, else SO_SNDBUF. EMSGSIZE if it cannot be had.
  virtual std::expected<void, int> EnsureSendBuffer(std::size_t bytes) = 0;
  // For poll(2) in an event loop; owned by this object. -1 of a socket that is none of the running kernel.
  virtual int descriptor() const = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_SOCKET_H_
