// Forwards with `localhost`: the port works at the host's loopback address too.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

using ::testing::HasSubstr;

const Addresses kLoopback = {.ip = "127.0.0.1", .ip6 = "::1"};

std::string LocalForward(const std::string& protocol, std::uint16_t host_port, const std::string& to) {
  return ForwardOf(protocol, host_port, to) + "localhost = true\n";
}

const std::string& LocalForwards() {
  static const std::string kConfig =
      LocalForward("tcp", 2222, "10.1.0.2:22") + LocalForward("udp", 2222, "10.1.0.2:22") +
      LocalForward("tcp", 2222, "[fd00:1::2]:22") + LocalForward("udp", 2222, "[fd00:1::2]:22");
  return kConfig;
}

std::string RouteLocalnet(const World& world, const std::string& interface) {
  return Sh(world.host(), "cat /proc/sys/net/ipv4/conf/" + interface + "/route_localnet").output;
}

// IPv6 has no route_localnet. The answer arrives by the container's link and is turned into one to ::1 there;
// the kernel delivers it if ::1 is an address of that link too.
void AddLoopbackRoute(const World& world) {
  MustSh(world.host(), "ip -6 route add local ::1/128 dev hcon table local");
}

TEST(LocalhostTest, TheLoopbackAddressReachesTheContainer) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForwards(), "--sysctl");
    AddLoopbackRoute(world);
    world.ExpectReached(world.host(), kLoopback, 2222, "container:22", kFirst.gateway);
  });
}

TEST(LocalhostTest, EveryLoopbackAddressOfIpv4DoesToo) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForwards(), "--sysctl");
    for (const Way way : kEveryWay) {
      if (way.family != AF_INET) continue;
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.host(), "127.255.255.254", 2222),
                Saw("container:22", way, kFirst.gateway));
    }
  });
}

TEST(LocalhostTest, FromOutsideAndByThePublicAddressThePortWorksAsEver) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForwards(), "--sysctl");
    AddLoopbackRoute(world);
    world.ExpectReached(world.outside(), kHost, 2222, "container:22", kOutside);
    world.ExpectReached(world.host(), kHost, 2222, "container:22", kHost);
  });
}

TEST(LocalhostTest, OtherPortsOfTheLoopbackAddressStayWithTheHost) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForwards(), "--sysctl");
    AddLoopbackRoute(world);
    world.ExpectReached(world.host(), kLoopback, 2223, "host:2223", kLoopback);
  });
}

TEST(LocalhostTest, AForwardWithoutItBesideOneWithItStaysWithTheHost) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward("tcp", 2222, "10.1.0.2:22") + ForwardOf("udp", 2222, "10.1.0.2:22") +
                        ForwardOf("tcp", 2222, "[fd00:1::2]:22") +
                        LocalForward("udp", 2222, "[fd00:1::2]:22"),
                    "--sysctl");
    AddLoopbackRoute(world);
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      const bool local = (way.family == AF_INET) == (way.transport == SOCK_STREAM);
      EXPECT_EQ(world.Ask(way, world.host(), kLoopback, 2222),
                local ? Saw("container:22", way, kFirst.gateway) : Saw("host:2222", way, kLoopback));
    }
  });
}

TEST(LocalhostTest, WithoutTheKeyTheHostsOwnServiceIsBack) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForwards(), "--sysctl");
    AddLoopbackRoute(world);
    world.ExpectReached(world.host(), kLoopback, 2222, "container:22", kFirst.gateway);
    world.MustApply(ForwardsTo(kFirst.container));
    world.ExpectReached(world.host(), kLoopback, 2222, "host:2222", kLoopback);
    world.ExpectReached(world.outside(), kHost, 2222, "container:22", kOutside);
  });
}

TEST(LocalhostTest, TheContainerComesBackWithAnotherAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward("tcp", 2222, "10.1.0.2:22"), "--sysctl");
    world.StopContainer();
    world.StartContainer(kSecond);
    world.MustApply(LocalForward("tcp", 2222, "10.2.0.7:22"), "--sysctl");
    const Way way = {AF_INET, SOCK_STREAM};
    EXPECT_EQ(world.Ask(way, world.host(), kLoopback, 2222), Saw("container:22", way, kSecond.gateway));
  });
}

TEST(LocalhostTest, WithoutTheFlagApplyNamesTheMissingSysctlAndWritesNone) {
  InWorldOrSkip([](World& world) {
    ASSERT_EQ(RouteLocalnet(world, "hcon"), "0\n");
    const Ran applied = world.Apply(LocalForward("tcp", 2222, "10.1.0.2:22"));
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.output, HasSubstr("net.ipv4.conf.hcon.route_localnet"));
    EXPECT_EQ(RouteLocalnet(world, "hcon"), "0\n");
  });
}

TEST(LocalhostTest, TheFlagOpensTheContainersLinkAlone) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward("tcp", 2222, "10.1.0.2:22"), "--sysctl");
    EXPECT_EQ(RouteLocalnet(world, "hcon"), "1\n");
    // Neighbours of a link that has it may reach what the host serves at 127.0.0.1.
    EXPECT_EQ(RouteLocalnet(world, "hout"), "0\n");
    EXPECT_EQ(RouteLocalnet(world, "all"), "0\n");
  });
}

}  // namespace
}  // namespace natplan::packets
