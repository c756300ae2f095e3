#include "kernel_sim/listing/live_kernel_for_test.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace natplan::kernel_sim {
namespace {

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

}  // namespace

std::string EnterNamespace() {
  static const std::string reason = [] {
    const std::string uid = std::to_string(getuid());
    const std::string gid = std::to_string(getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      return "no user namespace: " + std::string(std::strerror(errno));
    }
    if (!WriteFile("/proc/self/setgroups", "deny") || !WriteFile("/proc/self/uid_map", "0 " + uid + " 1") ||
        !WriteFile("/proc/self/gid_map", "0 " + gid + " 1")) {
      return std::string("no mapping of users into the namespace");
    }
    if (std::system("nft list ruleset > /dev/null 2>&1") != 0)
      return std::string("nft cannot list a ruleset");
    return std::string();
  }();
  return reason;
}

bool RunNft(const std::string& text) {
  FILE* pipe = popen("nft -f -", "w");
  if (pipe == nullptr) return false;
  std::fwrite(text.data(), 1, text.size(), pipe);
  return pclose(pipe) == 0;
}

std::string OutputOf(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  std::array<char, 65536> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  pclose(pipe);
  return output;
}

std::vector<std::uint8_t> FromHex(std::string_view digits) {
  std::vector<std::uint8_t> bytes;
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    std::uint8_t byte = 0;
    const std::string pair(digits.substr(0, 2));
    std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    bytes.push_back(byte);
  }
  return bytes;
}

LiveSocket::LiveSocket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  (void)bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

LiveSocket::~LiveSocket() { close(descriptor_); }

void LiveSocket::JoinNotifications() {
  const int group = NFNLGRP_NFTABLES;
  setsockopt(descriptor_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

void LiveSocket::Send(const std::vector<std::uint8_t>& datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  sendto(descriptor_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&kernel),
         sizeof(kernel));
}

std::vector<std::uint8_t> LiveSocket::Receive(int timeout_ms) {
  pollfd poll_descriptor{.fd = descriptor_, .events = POLLIN, .revents = 0};
  if (poll(&poll_descriptor, 1, timeout_ms) <= 0) return {};
  std::vector<std::uint8_t> datagram(65536);
  const ssize_t size = recv(descriptor_, datagram.data(), datagram.size(), 0);
  datagram.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return datagram;
}

std::vector<std::vector<std::uint8_t>> LiveSocket::DumpOf(const std::vector<std::uint8_t>& request) {
  constexpr int kTimeoutMs = 5000;
  Send(request);
  std::vector<std::vector<std::uint8_t>> datagrams;
  for (;;) {
    datagrams.push_back(Receive(kTimeoutMs));
    const std::vector<std::uint8_t>& datagram = datagrams.back();
    if (datagram.empty()) return datagrams;
    for (std::size_t at = 0; at + sizeof(nlmsghdr) <= datagram.size();) {
      nlmsghdr header;
      std::memcpy(&header, datagram.data() + at, sizeof(header));
      if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) return datagrams;
      at += NLMSG_ALIGN(header.nlmsg_len);
    }
  }
}

}  // namespace natplan::kernel_sim
