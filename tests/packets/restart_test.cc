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
  world.ExpectReached(world.outside(), kHost, 2222, "container:22", kOutside);
  world.ExpectReached(world.host(), kHost, 2222, "container:22", kHost);
  world.ExpectReached(world.container(), kHost, 2222, "container:22", link.gateway);
  world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kHost);
}

TEST(RestartTest, TheContainerComesBackWithAnotherAddressAndNewConnectionsGoThere) {
  InWorldOrSkip([](World& world) {
    world.MustApply(Everything(kFirst));
    ExpectEverythingWorks(world, kFirst);
    world.StopContainer();
    world.StartContainer(kSecond);
    world.MustApply(Everything(kSecond));
    ExpectEverythingWorks(world, kSecond);
  });
}

TEST(RestartTest, WhileTheContainerIsStoppedItsPortIsTheHostsAgain) {
  InWorldOrSkip([](World& world) {
    world.MustApply(Everything(kFirst));
    ExpectEverythingWorks(world, kFirst);
    world.StopContainer();
    world.MustApply("masquerade = []\n");
    world.ExpectReached(world.outside(), kHost, 2222, "host:2222", kOutside);
  });
}

TEST(RestartTest, TheNextApplyBringsBackWhatAFlushOfTheRulesetTook) {
  InWorldOrSkip([](World& world) {
    world.MustApply(Everything(kFirst));
    ExpectEverythingWorks(world, kFirst);
    MustSh(world.host(), "nft flush ruleset");
    world.ExpectReached(world.outside(), kHost, 2222, "host:2222", kOutside);
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kFirst.container);
    world.MustApply(Everything(kFirst));
    ExpectEverythingWorks(world, kFirst);
  });
}

TEST(RestartTest, TheNextApplyBringsBackWhatAFlushOfTheTablesRulesTook) {
  InWorldOrSkip([](World& world) {
    world.MustApply(Everything(kFirst));
    MustSh(world.host(), "nft 'flush table ip natplan; flush table ip6 natplan'");
    world.MustApply(Everything(kFirst));
    ExpectEverythingWorks(world, kFirst);
  });
}

}  // namespace
}  // namespace natplan::packets
