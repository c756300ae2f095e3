// A forwarded port of the host, from wherever it is asked.
#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

TEST(ForwardTest, WithoutNatplanTheHostItselfAnswers) {
  InWorldOrSkip(
      [](World& world) { world.ExpectReached(world.outside(), kHost, 2222, "host:2222", kOutside); });
}

TEST(ForwardTest, FromOutsideThePortReachesTheContainerWhichSeesWhoAsks) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    world.ExpectReached(world.outside(), kHost, 2222, "container:22", kOutside);
  });
}

TEST(ForwardTest, FromTheHostItsPublicAddressReachesTheContainer) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    world.ExpectReached(world.host(), kHost, 2222, "container:22", kHost);
  });
}

TEST(ForwardTest, FromTheHostItsLoopbackAddressStaysWithTheHost) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    const Addresses loopback = {.ip = "127.0.0.1", .ip6 = "::1"};
    world.ExpectReached(world.host(), loopback, 2222, "host:2222", loopback);
  });
}

TEST(ForwardTest, FromTheContainerTheHostsPortComesBackToItself) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container) + MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    // Its own address as the sender's would make it answer itself, past the host.
    world.ExpectReached(world.container(), kHost, 2222, "container:22", kFirst.gateway);
  });
}

TEST(ForwardTest, AnotherPortOfTheHostIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    world.ExpectReached(world.outside(), kHost, 2223, "host:2223", kOutside);
    world.ExpectReached(world.host(), kHost, 2223, "host:2223", kHost);
  });
}

TEST(ForwardTest, TheSamePortOfAnotherMachineIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kFirst.container);
    world.ExpectReached(world.outside(), kFirst.container, 2222, "container:2222", kOutside);
    world.ExpectReached(world.host(), kOutside, 2222, "outside:2222", kHost);
  });
}

TEST(ForwardTest, TheOtherProtocolOfThePortIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardOf("tcp", 2222, kFirst.container.ip + ":22") +
                    ForwardOf("udp", 2222, "[" + kFirst.container.ip6 + "]:22"));
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      const bool forwarded = (way.family == AF_INET) == (way.transport == SOCK_STREAM);
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222),
                Saw(forwarded ? "container:22" : "host:2222", way, kOutside));
    }
  });
}

}  // namespace
}  // namespace natplan::packets
