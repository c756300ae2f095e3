// A netlink socket of the simulated kernel.
#ifndef NATPLAN_BACKENDS_SIM_SIM_SOCKET_H_
#define NATPLAN_BACKENDS_SIM_SIM_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "backends/netlink/socket.h"
#include "core/values/error.h"
#include "kernel_sim/kernel.h"

namespace natplan {

struct SimSocketOptions {
  kernel_sim::Process process = {};  // on whose behalf the socket sends
  bool net_admin = true;             // CAP_NET_ADMIN
  // The largest send buffer that can be had, as getsockopt(SO_SNDBUF) would give it: twice net.core.wmem_max
  // for a program without CAP_NET_ADMIN in the initial user namespace. None: as large as it takes, as for
  // root.
  std::optional<std::size_t> max_send_buffer = {};
  std::function<TimePoint()> clock = {};  // none: the steady clock
};

// With NETLINK_EXT_ACK and NETLINK_CAP_ACK, like LinuxSocket. The kernel must outlive it. Not thread-safe;
// several sockets of one kernel belong to one thread.
class SimSocket final : public NetlinkSocket {
 public:
  explicit SimSocket(kernel_sim::Kernel& kernel, SimSocketOptions options = {});
  // A socket to which the kernel announces each commit (NFNLGRP_NFTABLES). EPERM without net_admin.
  static std::expected<std::unique_ptr<SimSocket>, Error> Listen(kernel_sim::Kernel& kernel,
                                                                 SimSocketOptions options = {});

  ~SimSocket() override;
  SimSocket(const SimSocket&) = delete;
  SimSocket& operator=(const SimSocket&) = delete;

  std::expected<void, int> Send(std::span<const std::uint8_t> datagram) override;
  // A datagram that fills `buffer` to the last byte counts as truncated: the kernel says nothing of the rest.
  std::expected<Received, int> Receive(std::span<std::uint8_t> buffer) override;
  // ETIMEDOUT at once, before any deadline: all answers are there when Send returns, and nobody else runs who
  // could send one. So a test of a lost answer waits for nothing.
  std::expected<void, int> WaitReadable(TimePoint deadline) override;
  TimePoint Now() override;
  std::uint32_t port() override { return port_; }
  std::expected<void, int> EnsureSendBuffer(std::size_t bytes) override;
  int descriptor() const override { return -1; }

 private:
  kernel_sim::Kernel& kernel_;
  const SimSocketOptions options_;
  const std::uint32_t port_;
  std::size_t send_buffer_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_SIM_SIM_SOCKET_H_
