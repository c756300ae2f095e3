// Whose address the container's traffic leaves with.
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

TEST(MasqueradeTest, WithoutNatplanTheContainersOwnAddressIsSeen) {
  InWorldOrSkip([](World& world) {
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kFirst.container);
  });
}

TEST(MasqueradeTest, TheContainersTrafficLeavesWithTheHostsAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kHost);
  });
}

TEST(MasqueradeTest, AnAddressBesideThePrefixIsNotTranslated) {
  InWorldOrSkip([](World& world) {
    // The container is 10.1.0.2 and fd00:1::2: one below it, and one above.
    world.MustApply(MasqueradeOf("10.1.0.0/31") + MasqueradeOf("fd00:1::/127") + MasqueradeOf("10.1.0.3/32") +
                    MasqueradeOf("fd00:1::3/128"));
    world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kFirst.container);
  });
}

TEST(MasqueradeTest, TrafficToTheContainerKeepsItsAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    world.ExpectReached(world.outside(), kFirst.container, 22, "container:22", kOutside);
  });
}

TEST(MasqueradeTest, NestedPrefixesComeAndGoInAnyOrder) {
  const std::string wide = MasqueradeOf("10.0.0.0/8") + MasqueradeOf("fd00::/16");
  const std::string narrow = MasqueradeOf("10.1.0.0/16") + MasqueradeOf("fd00:1::/32");
  const std::string elsewhere = MasqueradeOf("192.168.0.0/16") + MasqueradeOf("fd77::/16");
  const std::vector<std::pair<std::string, bool>> steps = {
      {narrow, true}, {narrow + wide, true}, {narrow, true}, {wide + narrow, true}, {wide, true},
      {narrow, true}, {elsewhere, false},    {wide, true},   {wide + narrow, true}, {elsewhere, false},
  };
  InWorldOrSkip([&](World& world) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto& [config, masqueraded] = steps[i];
      SCOPED_TRACE("step " + std::to_string(i) + "\n" + config);
      world.MustApply(config);
      world.ExpectReached(world.container(), kOutside, 2222, "outside:2222",
                          masqueraded ? kHost : kFirst.container);
    }
  });
}

}  // namespace
}  // namespace natplan::packets
