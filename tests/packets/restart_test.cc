// Containers that come back elsewhere, and rules that somebody threw away.
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

std::string Everything(const ContainerLink& link) {
  return MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64") + MasqueradeOf("10.2.0.0/24") +
         MasqueradeOf("fd00:2::/64") + ForwardsTo(link.container);
}

// Forwards from outside and from the host, and masquerading.
void ExpectEverythingWorks(World& world, const ContainerLink& link) {
  for (const Way way : kEveryWay) {
    SCOPED_TRACE(Text(way));
    EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222), Saw("container:22", way, kOutside));
    EXPECT_EQ(world.Ask(way, world.host(), kHost, 2222), Saw("container:22", way, kHost));
    EXPECT_EQ(world.Ask(way, world.container(), kHost, 2222), Saw("container:22", way, link.gateway));
    EXPECT_EQ(world.Ask(way, world.container(), kOutside, 2222), Saw("outside:2222", way, kHost));
  }
}

TEST(RestartTest, TheContainerComesBackWithAnotherAddressAndNewConnectionsGoThere) {
  InWorldOrSkip([](World& world) {
    Ran applied = world.Apply(Everything(kFirst));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectEverythingWorks(world, kFirst);
    world.StopContainer();
    world.StartContainer(kSecond);
    applied = world.Apply(Everything(kSecond));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectEverythingWorks(world, kSecond);
  });
}

TEST(RestartTest, WhileTheContainerIsStoppedItsPortIsTheHostsAgain) {
  InWorldOrSkip([](World& world) {
    ASSERT_EQ(world.Apply(Everything(kFirst)).exit_code, 0);
    world.StopContainer();
    const Ran applied = world.Apply("masquerade = []\n");
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222), Saw("host:2222", way, kOutside));
    }
  });
}

TEST(RestartTest, TheNextApplyBringsBackWhatAFlushOfTheRulesetTook) {
  InWorldOrSkip([](World& world) {
    ASSERT_EQ(world.Apply(Everything(kFirst)).exit_code, 0);
    ExpectEverythingWorks(world, kFirst);
    MustSh(world.host(), "nft flush ruleset");
    for (const Way way : kEveryWay) {
      SCOPED_TRACE(Text(way));
      EXPECT_EQ(world.Ask(way, world.outside(), kHost, 2222), Saw("host:2222", way, kOutside));
      EXPECT_EQ(world.Ask(way, world.container(), kOutside, 2222),
                Saw("outside:2222", way, kFirst.container));
    }
    const Ran applied = world.Apply(Everything(kFirst));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectEverythingWorks(world, kFirst);
  });
}

TEST(RestartTest, TheNextApplyBringsBackWhatAFlushOfTheTablesRulesTook) {
  InWorldOrSkip([](World& world) {
    ASSERT_EQ(world.Apply(Everything(kFirst)).exit_code, 0);
    MustSh(world.host(), "nft 'flush table ip natplan; flush table ip6 natplan'");
    const Ran applied = world.Apply(Everything(kFirst));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectEverythingWorks(world, kFirst);
  });
}

}  // namespace
}  // namespace natplan::packets
