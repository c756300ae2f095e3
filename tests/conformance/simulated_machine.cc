#include <utility>

#include "kernel_sim/kernel.h"
#include "tests/conformance/machine.h"

namespace natplan::conformance {
namespace {

constexpr std::uint32_t kNotifications = 7;  // NFNLGRP_NFTABLES

class SimulatedSocket : public Socket {
 public:
  SimulatedSocket(kernel_sim::Kernel& kernel, std::uint32_t port) : kernel_(kernel), port_(port) {}
  ~SimulatedSocket() override { kernel_.Close(port_); }

  std::uint32_t port() const override { return port_; }

  void Listen() override { (void)kernel_.JoinGroup(port_, kNotifications); }

  int Send(const std::vector<std::uint8_t>& datagram) override {
    const auto sent = kernel_.Send(port_, datagram);
    return sent ? 0 : sent.error();
  }

  std::expected<std::vector<std::uint8_t>, int> Receive() override {
    auto datagram = kernel_.Receive(port_);
    if (!datagram) return std::unexpected(datagram.error());
    return std::move(datagram->bytes);
  }

 private:
  kernel_sim::Kernel& kernel_;
  std::uint32_t port_;
};

class SimulatedMachine : public Machine {
 public:
  std::unique_ptr<Socket> Open(bool ext_ack, bool cap_ack) override {
    kernel_sim::SocketOptions options;
    options.ext_ack = ext_ack;
    options.cap_ack = cap_ack;
    const auto port = kernel_.Open(options);
    return port ? std::make_unique<SimulatedSocket>(kernel_, *port) : nullptr;
  }

 private:
  kernel_sim::Kernel kernel_;
};

}  // namespace

std::unique_ptr<Machine> MakeSimulatedMachine() { return std::make_unique<SimulatedMachine>(); }

}  // namespace natplan::conformance
