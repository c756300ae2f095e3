// Masquerading of what leaves by one interface. The host's link to outside is "hout", that to the container
// "hcon".
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

std::string MasqueradeBy(const std::string& interface, const std::string& ip, const std::string& ip6) {
  const std::string by = "out_interface = \"" + interface + "\"\n";
  return MasqueradeOf(ip) + by + MasqueradeOf(ip6) + by;
}

// From the container to outside, and from outside to the container: whose address is seen.
void ExpectSeen(World& world, const Addresses& outside_sees, const Addresses& container_sees) {
  world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", outside_sees);
  world.ExpectReached(world.outside(), kFirst.container, 22, "container:22", container_sees);
}

TEST(OutInterfaceTest, WhatLeavesByTheInterfaceHasTheHostsAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeBy("hout", "10.1.0.0/24", "fd00:1::/64"));
    ExpectSeen(world, kHost, kOutside);
  });
}

TEST(OutInterfaceTest, WhatLeavesByAnotherInterfaceKeepsItsAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeBy("hcon", "10.1.0.0/24", "fd00:1::/64"));
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, AnotherSourceKeepsItsAddress) {
  InWorldOrSkip([](World& world) {
    // Lengths that end within a byte; the container is 10.1.0.2 and fd00:1::2, next to them.
    world.MustApply(MasqueradeBy("hout", "10.1.0.0/31", "fd00:1::/127"));
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, ASourceWhoseLengthEndsWithinAByteIsTranslated) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeBy("hout", "10.1.0.2/31", "fd00:1::2/127"));
    ExpectSeen(world, kHost, kOutside);
  });
}

TEST(OutInterfaceTest, EverySourceMayBeMeantIfTheInterfaceIsNamed) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeBy("hout", "0.0.0.0/0", "::/0"));
    ExpectSeen(world, kHost, kOutside);
    world.MustApply(MasqueradeBy("hcon", "0.0.0.0/0", "::/0"));
    ExpectSeen(world, kFirst.container, kFirst.gateway);
  });
}

TEST(OutInterfaceTest, WithoutTheEntryNothingIsTranslatedAnyMore) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeBy("hout", "0.0.0.0/0", "::/0"));
    ExpectSeen(world, kHost, kOutside);
    world.MustApply("masquerade = []\n");
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, TheEntryAndAPlainPrefixStandSideBySide) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64") +
                    MasqueradeBy("hcon", "203.0.113.0/24", "2001:db8:1::/64"));
    ExpectSeen(world, kHost, kFirst.gateway);
  });
}

}  // namespace
}  // namespace natplan::packets
