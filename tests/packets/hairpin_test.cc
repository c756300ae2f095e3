// A container that calls the host's port that is forwarded to itself. Without an address of the host as its
// source it would receive packets from itself, and drop them.
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

std::string Masquerade(const std::string& out_interface) {
  const std::string by = out_interface.empty() ? "" : "out_interface = \"" + out_interface + "\"\n";
  return MasqueradeOf("10.1.0.0/24") + by + MasqueradeOf("fd00:1::/64") + by;
}

// By the host's public address, and by its address on the container's link.
void ExpectAnswered(World& world) {
  world.ExpectReached(world.container(), kHost, 2222, "container:22", kFirst.gateway);
  world.ExpectReached(world.container(), kFirst.gateway, 2222, "container:22", kFirst.gateway);
}

// Nobody else is masqueraded for it.
void ExpectOthersSeen(World& world) {
  world.ExpectReached(world.outside(), kHost, 2222, "container:22", kOutside);
  world.ExpectReached(world.host(), kHost, 2222, "container:22", kHost);
  world.ExpectReached(world.outside(), kFirst.container, 22, "container:22", kOutside);
}

TEST(HairpinTest, WithoutAMasquerade) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    ExpectAnswered(world);
    ExpectOthersSeen(world);
    // Its own traffic is not masqueraded for it.
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kFirst.container);
  });
}

TEST(HairpinTest, WithAMasquerade) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container) + Masquerade(""));
    ExpectAnswered(world);
    ExpectOthersSeen(world);
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kHost);
  });
}

TEST(HairpinTest, WithAMasqueradeThatNamesAnInterface) {
  InWorldOrSkip([](World& world) {
    for (const char* interface : {"hout", "hcon"}) {
      SCOPED_TRACE(interface);
      world.MustApply(ForwardsTo(kFirst.container) + Masquerade(interface));
      ExpectAnswered(world);
      ExpectOthersSeen(world);
    }
  });
}

TEST(HairpinTest, TheContainerComesBackWithAnotherAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    world.StopContainer();
    world.StartContainer(kSecond);
    world.MustApply(ForwardsTo(kSecond.container));
    world.ExpectReached(world.container(), kHost, 2222, "container:22", kSecond.gateway);
  });
}

}  // namespace
}  // namespace natplan::packets
