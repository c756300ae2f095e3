// Masquerading of what leaves by one interface. The host's link to outside is "hout", that to the container
// "hcon".
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

std::string MasqueradeBy(const std::string& source, const std::string& interface) {
  return MasqueradeOf(source) + "out_interface = \"" + interface + "\"\n";
}

// From the container to outside, and from outside to the container: whose address is seen.
void ExpectSeen(World& world, const Addresses& outside_sees, const Addresses& container_sees) {
  for (const Way way : kEveryWay) {
    SCOPED_TRACE(Text(way));
    EXPECT_EQ(world.Ask(way, world.container(), kOutside, 2222), Saw("outside:2222", way, outside_sees));
    EXPECT_EQ(world.Ask(way, world.outside(), kFirst.container, 22),
              Saw("container:22", way, container_sees));
  }
}

TEST(OutInterfaceTest, WhatLeavesByTheInterfaceHasTheHostsAddress) {
  InWorldOrSkip([](World& world) {
    const Ran applied =
        world.Apply(MasqueradeBy("10.1.0.0/24", "hout") + MasqueradeBy("fd00:1::/64", "hout"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kHost, kOutside);
  });
}

TEST(OutInterfaceTest, WhatLeavesByAnotherInterfaceKeepsItsAddress) {
  InWorldOrSkip([](World& world) {
    const Ran applied =
        world.Apply(MasqueradeBy("10.1.0.0/24", "hcon") + MasqueradeBy("fd00:1::/64", "hcon"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, AnotherSourceKeepsItsAddress) {
  InWorldOrSkip([](World& world) {
    // Lengths that end within a byte; the container is 10.1.0.2 and fd00:1::2, next to them.
    const Ran applied =
        world.Apply(MasqueradeBy("10.1.0.0/31", "hout") + MasqueradeBy("fd00:1::/127", "hout"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, ASourceWhoseLengthEndsWithinAByteIsTranslated) {
  InWorldOrSkip([](World& world) {
    const Ran applied =
        world.Apply(MasqueradeBy("10.1.0.2/31", "hout") + MasqueradeBy("fd00:1::2/127", "hout"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kHost, kOutside);
  });
}

TEST(OutInterfaceTest, EverySourceMayBeMeantIfTheInterfaceIsNamed) {
  InWorldOrSkip([](World& world) {
    Ran applied = world.Apply(MasqueradeBy("0.0.0.0/0", "hout") + MasqueradeBy("::/0", "hout"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kHost, kOutside);
    applied = world.Apply(MasqueradeBy("0.0.0.0/0", "hcon") + MasqueradeBy("::/0", "hcon"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kFirst.container, kFirst.gateway);
  });
}

TEST(OutInterfaceTest, WithoutTheEntryNothingIsTranslatedAnyMore) {
  InWorldOrSkip([](World& world) {
    ASSERT_EQ(world.Apply(MasqueradeBy("0.0.0.0/0", "hout") + MasqueradeBy("::/0", "hout")).exit_code, 0);
    const Ran applied = world.Apply("masquerade = []\n");
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kFirst.container, kOutside);
  });
}

TEST(OutInterfaceTest, TheEntryAndAPlainPrefixStandSideBySide) {
  InWorldOrSkip([](World& world) {
    const Ran applied =
        world.Apply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64") +
                    MasqueradeBy("203.0.113.0/24", "hcon") + MasqueradeBy("2001:db8:1::/64", "hcon"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    ExpectSeen(world, kHost, kFirst.gateway);
  });
}

}  // namespace
}  // namespace natplan::packets
