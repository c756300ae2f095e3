// The NETLINK_NETFILTER socket of the running kernel.
#ifndef NATPLAN_BACKENDS_NETLINK_LINUX_SOCKET_H_
#define NATPLAN_BACKENDS_NETLINK_LINUX_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>

#include "backends/fork_mark.h"
#include "backends/netlink/socket.h"
#include "core/values/error.h"

namespace natplan {

// Speaks to the network namespace that the calling thread was in when the socket was made, wherever the
// thread goes afterwards. Blocks nowhere but in WaitReadable.
//
// Fork: in a child of the process that made it, whatever its process id, every call that can fail gives
// ECHILD, because parent and child would read each other's answers. Destroying it in the child closes the
// child's copy alone.
//
// The descriptor is CLOEXEC and above 2, so that a closed stdin, stdout or stderr is never replaced by it.
class LinuxSocket final : public NetlinkSocket {
 public:
  // A new socket in the calling thread's network namespace. kNotSupported: a kernel without
  // NETLINK_NETFILTER; all else as SocketError() says it.
  static std::expected<std::unique_ptr<LinuxSocket>, Error> Open();
  // The same of another netlink protocol: NETLINK_ROUTE, NETLINK_SOCK_DIAG.
  static std::expected<std::unique_ptr<LinuxSocket>, Error> OpenFor(int protocol);

  // Takes a NETLINK_NETFILTER descriptor that the caller made, in the network namespace that is wanted.
  // Ownership passes over with the call, whatever it returns: on an error (kInvalidArgument: no such socket)
  // the descriptor is closed. Sets O_NONBLOCK, which copies of the descriptor (dup, fork) share. Options that
  // the caller set, and multicast groups that it joined, stay; a socket that joins nothing is the better one
  // to hand over.
  static std::expected<std::unique_ptr<LinuxSocket>, Error> Adopt(int descriptor);

  // A new socket in the calling thread's network namespace to which the kernel announces each commit to
  // nf_tables (NFNLGRP_NFTABLES), with a receive buffer as large as can be had. Needs CAP_NET_ADMIN there.
  static std::expected<std::unique_ptr<LinuxSocket>, Error> Listen();
  // The same for somebody who seldom looks, with the receive buffer of Open(): what lies unread is the
  // kernel's memory. Only in the given network namespace: kNotSupported if the thread is in another one, or
  // if there is no telling.
  static std::expected<std::unique_ptr<LinuxSocket>, Error> ListenIn(
      std::optional<std::uint64_t> network_namespace);

  ~LinuxSocket() override;
  LinuxSocket(const LinuxSocket&) = delete;
  LinuxSocket& operator=(const LinuxSocket&) = delete;

  std::expected<void, int> Send(std::span<const std::uint8_t> datagram) override;
  std::expected<Received, int> Receive(std::span<std::uint8_t> buffer) override;
  std::expected<void, int> WaitReadable(TimePoint deadline) override;
  TimePoint Now() override;
  std::uint32_t port() override;
  std::expected<void, int> EnsureSendBuffer(std::size_t bytes) override;

  int descriptor() const override { return descriptor_; }

  // The kernel's number of the network namespace that the socket belongs to (SO_NETNS_COOKIE); none before
  // Linux 5.14.
  std::optional<std::uint64_t> network_namespace() const;

 private:
  explicit LinuxSocket(int descriptor);
  static std::unique_ptr<LinuxSocket> Own(int descriptor);
  static std::expected<std::unique_ptr<LinuxSocket>, Error> OpenListening();
  void SetOptions();
  bool InChild() const { return mark_.InCopy(); }

  const int descriptor_;
  const ForkMark mark_;
  std::uint32_t port_ = 0;       // 0: not asked for since the kernel bound it
  std::size_t send_buffer_ = 0;  // SO_SNDBUF as getsockopt(2) gives it
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_LINUX_SOCKET_H_
