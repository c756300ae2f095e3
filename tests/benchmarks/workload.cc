#include "tests/benchmarks/workload.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <random>
#include <set>
#include <string>

#include "core/plan/layout.h"

namespace natplan::benchmarks {
namespace {

const TableId kTable{Family::kIp, kDefaultTable};

void WriteFile(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!write(file, text.data(), text.size());
  close(file);
}

}  // namespace

AddElements Forwards(std::size_t count) {
  AddElements add{kTable, kForwardMap, ForwardShape(Family::kIp), true, {}};
  add.elements.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    // More than 65,535 ports take more than one protocol; the map's key has room for all of them.
    const auto protocol = static_cast<std::uint8_t>(6 + i / 65535);
    const auto port = static_cast<std::uint16_t>(i % 65535 + 1);
    add.elements.push_back(
        {.key = {protocol, 0, 0, 0, static_cast<std::uint8_t>(port >> 8U),
                 static_cast<std::uint8_t>(port & 255U), 0, 0},
         .data = {10, static_cast<std::uint8_t>(i >> 16U & 255U), static_cast<std::uint8_t>(i >> 8U & 255U),
                  static_cast<std::uint8_t>(i & 255U), 31, 144, 0, 0}});
  }
  std::ranges::shuffle(add.elements, std::mt19937(1));
  return add;
}

AddElements Prefixes(std::size_t count) {
  AddElements add{kTable, kMasqueradeSet, MasqueradeShape(Family::kIp), true, {}};
  add.elements.reserve(count);
  const auto bytes = [](std::uint32_t value) {
    return ElementKey{static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U & 255U),
                      static_cast<std::uint8_t>(value >> 8U & 255U), static_cast<std::uint8_t>(value & 255U)};
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = static_cast<std::uint32_t>(0x0a000000U + i * 32);  // every second /28
    add.elements.push_back({.kind = ElementKind::kRange, .key = bytes(start), .end = bytes(start + 16)});
  }
  return add;
}

std::vector<Prefix> RandomPrefixes(Family family, std::size_t count) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> length(16, 32);
  std::set<Prefix> seen;
  std::vector<Prefix> prefixes;
  while (prefixes.size() < count) {
    const auto bits = static_cast<std::uint32_t>(random());
    const std::array<std::uint8_t, 4> ip = {
        static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U & 255U),
        static_cast<std::uint8_t>(bits >> 8U & 255U), static_cast<std::uint8_t>(bits & 255U)};
    const std::array<std::uint8_t, 16> ip6 = {0x20, 0x01, 0x0d, 0xb8, ip[0], ip[1], ip[2], ip[3]};
    const int of_ip = length(random);
    const Prefix prefix =
        family == Family::kIp ? *Prefix::Make(Address(ip), of_ip) : *Prefix::Make(Address(ip6), 32 + of_ip);
    if (seen.insert(prefix).second) prefixes.push_back(prefix);
  }
  return prefixes;
}

std::vector<Prefix> RandomBlock(const std::vector<Prefix>& prefixes, std::size_t count,
                                std::mt19937& random) {
  std::vector<Prefix> block;
  std::ranges::sample(prefixes, std::back_inserter(block), static_cast<std::ptrdiff_t>(count), random);
  std::ranges::shuffle(block, random);
  return block;
}

Transaction EmptyTable() {
  Transaction transaction{.operations = {EnsureTable{kTable}, DeleteTable{kTable}}};
  const std::vector<Operation> skeleton = Skeleton(kTable);
  transaction.operations.insert(transaction.operations.end(), skeleton.begin(), skeleton.end());
  return transaction;
}
Transaction DropTable() { return {.operations = {DeleteTable{kTable}}}; }

bool EnterNamespace() {
  static const bool entered = [] {
    const std::string uid = std::to_string(getuid());
    const std::string gid = std::to_string(getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      std::fprintf(stderr, "no user namespace to be had: %s\n", strerror(errno));
      return false;
    }
    WriteFile("/proc/self/setgroups", "deny");
    WriteFile("/proc/self/uid_map", "0 " + uid + " 1");
    WriteFile("/proc/self/gid_map", "0 " + gid + " 1");
    return true;
  }();
  return entered;
}

void SendRaw(NetlinkSocket& socket, std::span<const std::uint8_t> bytes, std::uint32_t last_sequence) {
  static std::array<std::uint8_t, 65536> buffer;
  if (!socket.Send(bytes)) std::abort();
  for (;;) {
    const auto received = socket.Receive(buffer);
    if (!received) std::abort();
    nlmsghdr header{};
    int error = 0;
    std::memcpy(&header, buffer.data(), sizeof(header));
    std::memcpy(&error, buffer.data() + sizeof(header), sizeof(error));
    if (error != 0) {
      std::fprintf(stderr, "the kernel refuses: %s\n", strerror(-error));
      std::abort();
    }
    if (header.nlmsg_seq == last_sequence) return;
  }
}

}  // namespace natplan::benchmarks
