#include "tests/packets/world.h"

#include <sys/statvfs.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::packets {
namespace {

// Carried out by one process. A backslash or a quote in `lines` would be the shell's.
void Ip(const NetNamespace& where, const std::string& lines) {
  MustSh(where, "ip -batch - <<'END'\n" + lines + "END");
}

std::string AddAddresses(const std::string& interface, const Addresses& addresses) {
  return "addr add " + addresses.ip + "/24 dev " + interface + "\naddr add " + addresses.ip6 + "/64 dev " +
         interface + "\nlink set " + interface + " up\n";
}

// Addresses are usable as soon as they are there: the kernel does not ask the link first whether somebody has
// them.
void SwitchOffDuplicateAddressDetection(const NetNamespace& where) {
  for (const char* name : {"net/ipv6/conf/all/accept_dad", "net/ipv6/conf/default/accept_dad"}) {
    WriteSysctl(where, name, "0");
  }
}

// The kernel notices later, from a work queue, that a link is up; only then the interface gets its link-local
// address, without which it cannot look for its neighbours: packets would be lost.
bool HasLinkLocalAddress(const NetNamespace& where, std::string_view interface) {
  const Inside inside(where);
  std::ifstream file("/proc/thread-self/net/if_inet6");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("fe80") && line.ends_with(" " + std::string(interface))) return true;
  }
  return false;
}

void WaitUntilUsable(const NetNamespace& where, std::string_view interface) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!HasLinkLocalAddress(where, interface)) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("no link-local address on " + std::string(interface));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Whether a process that is root of its own network namespace may configure it through /proc/sys. Some
// container managers mount it read-only.
bool SysctlsAreWritable() {
  struct statvfs info = {};
  return statvfs("/proc/sys", &info) == 0 && (info.f_flag & ST_RDONLY) == 0;
}

}  // namespace

const Addresses kOutside = {.ip = "203.0.113.9", .ip6 = "2001:db8:1::9"};
const Addresses kHost = {.ip = "203.0.113.1", .ip6 = "2001:db8:1::1"};
const ContainerLink kFirst = {.container = {.ip = "10.1.0.2", .ip6 = "fd00:1::2"},
                              .gateway = {.ip = "10.1.0.1", .ip6 = "fd00:1::1"}};
const ContainerLink kSecond = {.container = {.ip = "10.2.0.7", .ip6 = "fd00:2::7"},
                               .gateway = {.ip = "10.2.0.1", .ip6 = "fd00:2::1"}};

// The host's ends of its links have indices of their own, unlike those at the other ends: where both are the
// same, the kernel takes a link that has come up for news that may wait a second.
World::World() {
  SwitchOffDuplicateAddressDetection(outside_);
  SwitchOffDuplicateAddressDetection(host_);
  WriteSysctl(host_, "net/ipv4/ip_forward", "1");
  WriteSysctl(host_, "net/ipv6/conf/all/forwarding", "1");
  Ip(host_, "link set lo up\nlink add hout index 10 type veth peer name oeth netns " + outside_.path() +
                "\n" + AddAddresses("hout", kHost));
  Ip(outside_, "link set lo up\n" + AddAddresses("oeth", kOutside) + "route add 10.0.0.0/8 via " + kHost.ip +
                   "\nroute add fd00::/16 via " + kHost.ip6 + "\n");
  WaitUntilUsable(host_, "hout");
  WaitUntilUsable(outside_, "oeth");
  Serve("outside", outside_, 2222);
  Serve("host", host_, 2222);
  Serve("host", host_, 2223);
  StartContainer(kFirst);
}

void World::StartContainer(const ContainerLink& link) {
  container_.emplace();
  SwitchOffDuplicateAddressDetection(container());
  Ip(host_, "link add hcon index 11 type veth peer name ceth netns " + container().path() + "\n" +
                AddAddresses("hcon", link.gateway));
  Ip(container(), "link set lo up\n" + AddAddresses("ceth", link.container) + "route add 0.0.0.0/0 via " +
                      link.gateway.ip + "\nroute add ::/0 via " + link.gateway.ip6 + "\n");
  WaitUntilUsable(host_, "hcon");
  WaitUntilUsable(container(), "ceth");
  Serve("container", container(), 22);
  Serve("container", container(), 2222);
}

void World::StopContainer() {
  std::erase_if(servers_, [](const EchoServer& server) { return server.name() == "container"; });
  Ip(host_, "link del hcon\n");  // The namespace's own end goes later, at the kernel's leisure.
  container_.reset();
}

Ran World::Apply(const std::string& config, const std::string& flags) {
  return Sh(host_, "natplan apply - " + flags + " <<'END'\n" + config + "END");
}

void World::MustApply(const std::string& config, const std::string& flags) {
  const Ran applied = Apply(config, flags);
  if (applied.exit_code != 0) throw std::runtime_error("natplan apply " + flags + "\n" + applied.output);
}

std::string World::Ask(Way way, const NetNamespace& from, const std::string& host, std::uint16_t port) {
  return packets::Ask(way, from, host, port, servers_);
}

void World::ExpectReached(const NetNamespace& from, const Addresses& host, std::uint16_t port,
                          const std::string& server, const Addresses& peer, std::source_location where) {
  for (const Way way : kEveryWay) {
    const ::testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), Text(way));
    EXPECT_EQ(Ask(way, from, host, port), Saw(server, way, peer));
  }
}

void World::Serve(const std::string& name, const NetNamespace& where, std::uint16_t port) {
  servers_.emplace_back(name, where, port);
}

std::string Saw(const std::string& server, Way way, const Addresses& peer) {
  return server + " saw " + peer.Of(way.family);
}

std::string MasqueradeOf(const std::string& source) {
  return "[[masquerade]]\nsource = \"" + source + "\"\n";
}

std::string ForwardOf(const std::string& protocol, std::uint16_t host_port, const std::string& to) {
  return "[[forward]]\nprotocol = \"" + protocol + "\"\nhost_port = " + std::to_string(host_port) +
         "\nto = \"" + to + "\"\n";
}

std::string ForwardsTo(const Addresses& to) {
  std::string config;
  for (const char* protocol : {"tcp", "udp"}) {
    config += ForwardOf(protocol, 2222, to.ip + ":22") + ForwardOf(protocol, 2222, "[" + to.ip6 + "]:22");
  }
  return config;
}

void InWorldOrSkip(const std::function<void(World&)>& body) {
  if (!SysctlsAreWritable()) {
    const char* const reason = "SKIPPED[read-only-sysctl]: /proc/sys is mounted read-only";
    std::cout << reason << '\n' << std::flush;
    GTEST_SKIP() << reason;
  }
  testing::RunInNamespaceOrSkip([&] {
    World world;
    body(world);
  });
}

}  // namespace natplan::packets
