#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/conformance/machine.h"

namespace natplan::conformance {
namespace {

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

// Once for the process: root over the network namespaces that it makes from then on.
std::string EnterUserNamespace() {
  static const std::string reason = [] {
    const std::string user = "0 " + std::to_string(getuid()) + " 1";
    const std::string group = "0 " + std::to_string(getgid()) + " 1";
    if (unshare(CLONE_NEWUSER) != 0) return "no user namespace: " + std::string(std::strerror(errno));
    if (!WriteFile("/proc/self/setgroups", "deny") || !WriteFile("/proc/self/uid_map", user) ||
        !WriteFile("/proc/self/gid_map", group)) {
      return std::string("no mapping of users into the namespace");
    }
    return std::string();
  }();
  return reason;
}

constexpr const char* kRecordedRelease = "6.18.";

class LiveSocket : public Socket {
 public:
  LiveSocket(bool ext_ack, bool cap_ack)
      : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER)) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    (void)bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    socklen_t size = sizeof(address);
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = address.nl_pid;
    const int on = 1;
    if (ext_ack) setsockopt(descriptor_, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    if (cap_ack) setsockopt(descriptor_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
  }
  ~LiveSocket() override { close(descriptor_); }

  std::uint32_t port() const override { return port_; }

  void Listen() override {
    const int group = NFNLGRP_NFTABLES;
    setsockopt(descriptor_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
  }

  int Send(const std::vector<std::uint8_t>& datagram) override {
    return send(descriptor_, datagram.data(), datagram.size(), 0) < 0 ? errno : 0;
  }

  std::expected<std::vector<std::uint8_t>, int> Receive() override {
    std::vector<std::uint8_t> datagram(65536);
    const ssize_t size = recv(descriptor_, datagram.data(), datagram.size(), 0);
    if (size < 0) return std::unexpected(errno);
    datagram.resize(static_cast<std::size_t>(size));
    return datagram;
  }

 private:
  int descriptor_;
  std::uint32_t port_ = 0;
};

class LiveMachine : public Machine {
 public:
  std::unique_ptr<Socket> Open(bool ext_ack, bool cap_ack) override {
    return std::make_unique<LiveSocket>(ext_ack, cap_ack);
  }
};

}  // namespace

std::unique_ptr<Machine> MakeLiveMachine(std::string& error) {
  error = EnterUserNamespace();
  if (error.empty() && unshare(CLONE_NEWNET) != 0) {
    error = "no network namespace: " + std::string(std::strerror(errno));
  }
  if (!error.empty()) return nullptr;
  return std::make_unique<LiveMachine>();
}

std::string WhyLiveKernelIsNoJudge() {
  utsname system;
  uname(&system);
  if (!std::string(system.release).starts_with(kRecordedRelease)) {
    return std::string("the cases were recorded on Linux ") + kRecordedRelease + "x, this is " +
           system.release;
  }
  std::string error;
  MakeLiveMachine(error);
  return error;
}

}  // namespace natplan::conformance
