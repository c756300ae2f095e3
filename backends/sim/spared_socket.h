// A simulated kernel whose own memory never runs out, for tests in which that of the program does.
#ifndef NATPLAN_BACKENDS_SIM_SPARED_SOCKET_H_
#define NATPLAN_BACKENDS_SIM_SPARED_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <utility>

#include "backends/netlink/netlink_executor.h"
#include "backends/netlink/socket.h"
#include "backends/sim/sim_socket.h"
#include "core/values/failing_new.h"
#include "kernel_sim/kernel.h"

namespace natplan {

// Hands everything on to another socket, in which no allocation fails (core/values/failing_new.h).
class SparedSocket final : public NetlinkSocket {
 public:
  explicit SparedSocket(std::unique_ptr<NetlinkSocket> socket) : socket_(std::move(socket)) {}
  ~SparedSocket() override {
    const SparedNew spared;
    socket_.reset();
  }
  SparedSocket(const SparedSocket&) = delete;
  SparedSocket& operator=(const SparedSocket&) = delete;

  std::expected<void, int> Send(std::span<const std::uint8_t> datagram) override {
    const SparedNew spared;
    return socket_->Send(datagram);
  }
  std::expected<Received, int> Receive(std::span<std::uint8_t> buffer) override {
    const SparedNew spared;
    return socket_->Receive(buffer);
  }
  std::expected<void, int> WaitReadable(TimePoint deadline) override {
    return socket_->WaitReadable(deadline);
  }
  TimePoint Now() override { return socket_->Now(); }
  std::uint32_t port() override { return socket_->port(); }
  std::expected<void, int> EnsureSendBuffer(std::size_t bytes) override {
    const SparedNew spared;
    return socket_->EnsureSendBuffer(bytes);
  }
  int descriptor() const override { return socket_->descriptor(); }

 private:
  std::unique_ptr<NetlinkSocket> socket_;
};

// A socket that listens to the kernel's changes.
inline std::unique_ptr<NetlinkSocket> SparedListener(kernel_sim::Kernel& kernel) {
  std::unique_ptr<NetlinkSocket> socket;
  {
    const SparedNew spared;
    socket = SimSocket::Listen(kernel).value();
  }
  return std::make_unique<SparedSocket>(std::move(socket));
}

// The netlink executor over such sockets.
inline std::unique_ptr<Executor> MakeSparedExecutor(kernel_sim::Kernel& kernel) {
  return std::make_unique<NetlinkExecutor>(
      std::make_unique<SparedSocket>(std::make_unique<SimSocket>(kernel)), 1,
      [&kernel]() -> std::expected<std::unique_ptr<NetlinkSocket>, Error> { return SparedListener(kernel); });
}

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_SIM_SPARED_SOCKET_H_
