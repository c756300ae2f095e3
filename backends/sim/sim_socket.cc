#include "backends/sim/sim_socket.h"

#include <errno.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace natplan {
namespace {

// Kernel: net/netlink/af_netlink.c netlink_sendmsg() (6.18)
constexpr std::size_t kSendBufferOverhead = 32;

// What LinuxSocket has after asking for 1 MiB.
constexpr std::size_t kReceiveBuffer = std::size_t{2} << 20;

constexpr std::uint32_t kChangesGroup = 7;  // NFNLGRP_NFTABLES

kernel_sim::SocketOptions KernelOptions(const SimSocketOptions& options) {
  return {.process = options.process,
          .net_admin = options.net_admin,
          .ext_ack = true,
          .cap_ack = true,
          .receive_buffer = kReceiveBuffer};
}

}  // namespace

SimSocket::SimSocket(kernel_sim::Kernel& kernel, SimSocketOptions options)
    : kernel_(kernel),
      options_(std::move(options)),
      port_(
          kernel.Open(KernelOptions(options_)).value()),  // Without a port id of the caller's it cannot fail.
      send_buffer_(KernelOptions(options_).send_buffer) {}

std::expected<std::unique_ptr<SimSocket>, Error> SimSocket::Listen(kernel_sim::Kernel& kernel,
                                                                   SimSocketOptions options) {
  auto socket = std::make_unique<SimSocket>(kernel, std::move(options));
  if (const auto joined = kernel.JoinGroup(socket->port_, kChangesGroup); !joined) {
    return std::unexpected(Error{.code = ErrorCode::kNotPermitted,
                                 .errno_value = joined.error(),
                                 .text = "cannot listen to the changes of nf_tables"});
  }
  return socket;
}

SimSocket::~SimSocket() { kernel_.Close(port_); }

std::expected<void, int> SimSocket::Send(std::span<const std::uint8_t> datagram) {
  return kernel_.Send(port_, datagram);
}

std::expected<NetlinkSocket::Received, int> SimSocket::Receive(std::span<std::uint8_t> buffer) {
  const std::expected<kernel_sim::Datagram, int> datagram = kernel_.Receive(port_, buffer.size());
  if (!datagram) return std::unexpected(datagram.error());
  std::copy(datagram->bytes.begin(), datagram->bytes.end(), buffer.begin());
  return Received{.size = datagram->bytes.size(),
                  .truncated = datagram->bytes.size() == buffer.size(),
                  .sender_port = datagram->sender_port};
}

std::expected<void, int> SimSocket::WaitReadable(TimePoint) { return std::unexpected(ETIMEDOUT); }

TimePoint SimSocket::Now() { return options_.clock ? options_.clock() : std::chrono::steady_clock::now(); }

std::expected<void, int> SimSocket::EnsureSendBuffer(std::size_t bytes) {
  const std::size_t needed = bytes + kSendBufferOverhead;
  if (needed <= send_buffer_) return {};
  if (options_.max_send_buffer && needed > *options_.max_send_buffer) return std::unexpected(EMSGSIZE);
  kernel_.SetSendBuffer(port_, needed);
  send_buffer_ = needed;
  return {};
}

}  // namespace natplan
