// A forwarded port of the host, from wherever it is asked.
#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

TEST(ForwardTest, WithoutNatplanTheHostItselfAnswers) {
  InWorldOrSkip([](World& world) {
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222), Saw("host:2222", way, kOutside));
    }
  });
}

TEST(ForwardTest, FromOutsideThePortReachesTheContainerWhichSeesWhoAsks) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222), Saw("container:22", way, kOutside));
    }
  });
}

TEST(ForwardTest, FromTheHostItsPublicAddressReachesTheContainer) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.host(), kHost, 2222), Saw("container:22", way, kHost));
    }
  });
}

TEST(ForwardTest, FromTheHostItsLoopbackAddressStaysWithTheHost) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    const Addresses loopback = {.ip = "127.0.0.1", .ip6 = "::1"};
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.host(), loopback, 2222), Saw("host:2222", way, loopback));
    }
  });
}

TEST(ForwardTest, FromTheContainerTheHostsPortComesBackToItself) {
  InWorldOrSkip([](World& world) {
    const Ran applied =
        world.Apply(ForwardsTo(kFirst.container) + MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      // Its own address as the sender's would make it answer itself, past the host.
      EXPECT_EQ(world.Ask(way, world.container(), kHost, 2222), Saw("container:22", way, kFirst.gateway));
    }
  });
}

TEST(ForwardTest, AnotherPortOfTheHostIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2223), Saw("host:2223", way, kOutside));
      EXPECT_EQ(world.Ask(way, world.host(), kHost, 2223), Saw("host:2223", way, kHost));
    }
  });
}

TEST(ForwardTest, TheSamePortOfAnotherMachineIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.container(), kOutside, 2222),
                Saw("outside:2222", way, kFirst.container));
      EXPECT_EQ(world.Ask(way, world.outside(), kFirst.container, 2222),
                Saw("container:2222", way, kOutside));
      EXPECT_EQ(world.Ask(way, world.host(), kOutside, 2222), Saw("outside:2222", way, kHost));
    }
  });
}

TEST(ForwardTest, TheOtherProtocolOfThePortIsNotForwarded) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardOf("tcp", 2222, kFirst.container.ip + ":22") +
                                    ForwardOf("udp", 2222, "[" + kFirst.container.ip6 + "]:22"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
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
