// Containers on a bridge, with netfilter looking at what passes between its ports (br_netfilter), and
// without.
#include <sys/socket.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

constexpr Way kIp = {AF_INET, SOCK_STREAM};
constexpr Way kIp6 = {AF_INET6, SOCK_STREAM};
constexpr const char* kNeighbour = "10.1.0.3";

// The container's link is a port of a bridge of the host's, which has the host's addresses there.
void PutOnBridge(const World& world) {
  MustSh(world.host(),
         "set -e; ip link add bcon type bridge; ip addr flush dev hcon; ip link set hcon master bcon\n"
         "ip addr add 10.1.0.1/24 dev bcon; ip addr add fd00:1::1/64 dev bcon; ip link set bcon up\n"
         "timeout 10 sh -c 'until ip -6 addr show dev bcon scope link | grep -q fe80; do sleep 0.01; done'");
}

void LookAtBridged(const World& world, bool yes) {
  for (const char* name : {"net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables"})
    WriteSysctl(world.host(), name, yes ? "1" : "0");
}

// With netfilter looking.
void InBridgeWorldOrSkip(const std::function<void(World&)>& body) {
  if (!std::filesystem::exists("/proc/sys/net/bridge")) {
    const char* const reason = "SKIPPED[no-br-netfilter]: the kernel has not loaded br_netfilter";
    std::cout << reason << '\n' << std::flush;
    GTEST_SKIP() << reason;
  }
  InWorldOrSkip([&](World& world) {
    PutOnBridge(world);
    LookAtBridged(world, true);
    body(world);
  });
}

TEST(BridgeTest, AContainerThatCallsItselfNeedsAPortInHairpinModeOrNoLookAtWhatIsBridged) {
  InBridgeWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    EXPECT_EQ(world.Ask(kIp, world.container(), kHost, 2222), "no answer");
    LookAtBridged(world, false);
    world.ExpectReached(world.container(), kHost, 2222, "container:22", kFirst.gateway);
    LookAtBridged(world, true);
    MustSh(world.host(), "ip link set hcon type bridge_slave hairpin on");
    world.ExpectReached(world.container(), kHost, 2222, "container:22", kFirst.gateway);
  });
}

TEST(BridgeTest, TheLoopbackAddressOfIpv6NeedsNoLookAtWhatIsBridged) {
  InBridgeWorldOrSkip([](World& world) {
    world.MustApply(ForwardOf("tcp", 2222, "10.1.0.2:22") + "localhost = true\n" +
                        ForwardOf("tcp", 2222, "[fd00:1::2]:22") + "localhost = true\n",
                    "--sysctl");
    MustSh(world.host(), "ip -6 route add local ::1/128 dev bcon table local");
    EXPECT_EQ(world.Ask(kIp, world.host(), "127.0.0.1", 2222), Saw("container:22", kIp, kFirst.gateway));
    EXPECT_EQ(world.Ask(kIp6, world.host(), "::1", 2222), "no answer");
    LookAtBridged(world, false);
    EXPECT_EQ(world.Ask(kIp6, world.host(), "::1", 2222), Saw("container:22", kIp6, kFirst.gateway));
  });
}

TEST(BridgeTest, NeighboursOnOneBridgeAreMasqueradedUnlessAnInterfaceIsNamed) {
  InBridgeWorldOrSkip([](World& world) {
    const NetNamespace neighbour;
    MustSh(world.host(), "ip link add hnei type veth peer name neth netns " + neighbour.path() +
                             " && ip link set hnei master bcon up");
    MustSh(neighbour, std::string("ip addr add ") + kNeighbour + "/24 dev neth && ip link set neth up");
    const auto ask = [&] { return world.Ask(kIp, neighbour, kFirst.container, 22); };
    const std::string as_itself = std::string("container:22 saw ") + kNeighbour;
    world.MustApply(MasqueradeOf("10.1.0.0/24"));
    EXPECT_EQ(ask(), Saw("container:22", kIp, kFirst.gateway));
    LookAtBridged(world, false);
    EXPECT_EQ(ask(), as_itself);
    LookAtBridged(world, true);
    world.MustApply(MasqueradeOf("10.1.0.0/24") + "out_interface = \"hout\"\n");
    EXPECT_EQ(ask(), as_itself);
  });
}

}  // namespace
}  // namespace natplan::packets
