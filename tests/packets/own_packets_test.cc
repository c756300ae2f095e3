// What the host itself sends, and what goes to many machines, keeps its source, although that lies in a
// masqueraded prefix. The host's own address there is the gateway's.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/packets/datagram.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

// The container's network, in the two ways in which it can be masqueraded.
std::vector<std::string> Masquerades() {
  const std::string by = "out_interface = \"hout\"\n";
  const std::string ip = MasqueradeOf("10.1.0.0/24");
  const std::string ip6 = MasqueradeOf("fd00:1::/64");
  return {ip + ip6, ip + by + ip6 + by};
}

// From now on the host calls outside from its address in the container's network.
void PreferTheGatewaysAddress(const World& world) {
  MustSh(world.host(), "ip route add " + kOutside.ip + " dev hout src " + kFirst.gateway.ip +
                           "\nip -6 route add " + kOutside.ip6 + " dev hout src " + kFirst.gateway.ip6);
}

TEST(OwnPacketsTest, TheHostsOwnConnectionsKeepTheirSource) {
  InWorldOrSkip([](World& world) {
    PreferTheGatewaysAddress(world);
    for (const std::string& config : Masquerades()) {
      SCOPED_TRACE(config);
      world.MustApply(config);
      world.ExpectReached(world.host(), kOutside, 2222, "outside:2222", kFirst.gateway);
      world.ExpectReached(world.container(), kOutside, 2222, "outside:2222", kHost);
    }
  });
}

// The origin's rule goes by the source alone, and its layout stays as it is.
TEST(OwnPacketsTest, InTheOriginsTableTheyDoNot) {
  InWorldOrSkip([](World& world) {
    PreferTheGatewaysAddress(world);
    world.MustApply(Masquerades().front(), "--table io.systemd.nat");
    world.ExpectReached(world.host(), kOutside, 2222, "outside:2222", kHost);
  });
}

TEST(OwnPacketsTest, WhatTheHostSendsToManyKeepsItsSource) {
  InWorldOrSkip([](World& world) {
    for (const std::string& config : Masquerades()) {
      SCOPED_TRACE(config);
      world.MustApply(config);
      for (const Datagram& datagram : {Datagram{kFirst.gateway.ip, "203.0.113.255", "hout"},
                                       Datagram{kFirst.gateway.ip, "255.255.255.255", "hout"},
                                       Datagram{kFirst.gateway.ip, "239.1.2.3", "hout"},
                                       Datagram{kFirst.gateway.ip6, "ff05::4242", "hout"}}) {
        EXPECT_EQ(SourceSeen(world.host(), datagram, world.outside(), "oeth"), datagram.source)
            << datagram.destination;
      }
    }
  });
}

// From an address that is not the host's, so that the destination alone decides.
TEST(OwnPacketsTest, WhatGoesToManyKeepsAnySource) {
  InWorldOrSkip([](World& world) {
    for (const std::string& config : Masquerades()) {
      SCOPED_TRACE(config);
      world.MustApply(config);
      for (const Datagram& datagram :
           {Datagram{"10.1.0.77", "203.0.113.255", "hout"}, Datagram{"10.1.0.77", "255.255.255.255", "hout"},
            Datagram{"10.1.0.77", "239.1.2.3", "hout"}, Datagram{"fd00:1::77", "ff05::4242", "hout"}}) {
        EXPECT_EQ(SourceSeen(world.host(), datagram, world.outside(), "oeth"), datagram.source)
            << datagram.destination;
      }
      // To one machine it is masqueraded.
      EXPECT_EQ(SourceSeen(world.host(), {"10.1.0.77", kOutside.ip, "hout"}, world.outside(), "oeth"),
                kHost.ip);
      EXPECT_EQ(SourceSeen(world.host(), {"fd00:1::77", kOutside.ip6, "hout"}, world.outside(), "oeth"),
                kHost.ip6);
    }
  });
}

}  // namespace
}  // namespace natplan::packets
