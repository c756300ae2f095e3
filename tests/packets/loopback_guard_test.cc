// While a forward wants localhost, a neighbour on a link with route_localnet reaches nothing at the host's
// loopback addresses, and cannot speak in their name, with either backend. The neighbour is the container.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/packets/datagram.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLoopback = "127.0.0.1";
constexpr Way kTcp = {AF_INET, SOCK_STREAM};
constexpr Way kUdp = {AF_INET, SOCK_DGRAM};
// 127.0.0.1 itself is an address of the host, and as a source refused without any rule.
const Datagram kSpoofed = {"127.0.0.9", "10.1.0.1", "ceth"};

std::string LocalForward() { return ForwardOf("tcp", 2222, "10.1.0.2:22") + "localhost = true\n"; }

// The container has no loopback addresses of its own any more, and sends what is for them to the host, which
// takes it. A source that the host would look for elsewhere is no reason to drop a packet.
void Attack(const World& world) {
  MustSh(world.container(),
         "echo 1 > /proc/sys/net/ipv4/conf/ceth/route_localnet\n"
         "ip addr del 127.0.0.1/8 dev lo\n"
         "ip route add 127.0.0.0/8 via 10.1.0.1 dev ceth\n");
  MustSh(world.host(),
         "echo 1 > /proc/sys/net/ipv4/conf/hcon/route_localnet\n"
         "echo 0 > /proc/sys/net/ipv4/conf/hcon/rp_filter\n"
         "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter\n");
}

class LoopbackGuardTest : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string Backend() { return "--backend " + GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Backends, LoopbackGuardTest, ::testing::Values("nftables", "iptables"),
                         [](const auto& test) { return test.param; });

TEST_P(LoopbackGuardTest, WithoutItTheNeighbourReachesWhatTheHostServes) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward(), Backend());
    MustSh(world.host(),
           GetParam() == "nftables" ? "nft delete chain ip natplan loopback" : "iptables -t raw -F");
    Attack(world);
    EXPECT_EQ(world.Ask(kTcp, world.container(), kLoopback, 2223), Saw("host:2223", kTcp, kFirst.container));
    EXPECT_EQ(SourceSeen(world.container(), kSpoofed, world.host(), "hcon"), kSpoofed.source);
  });
}

TEST_P(LoopbackGuardTest, WithItHeReachesNothing) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward(), Backend());
    Attack(world);
    EXPECT_EQ(world.Ask(kTcp, world.container(), kLoopback, 2223), "no answer");
    EXPECT_EQ(world.Ask(kUdp, world.container(), kLoopback, 2223), "no answer");
    // Nor by a port that is forwarded.
    EXPECT_EQ(world.Ask(kTcp, world.container(), kLoopback, 2222), "no answer");
    EXPECT_EQ(SourceSeen(world.container(), kSpoofed, world.host(), "hcon"), "nobody");
    EXPECT_EQ(SourceSeen(world.container(), {"10.1.0.2", "10.1.0.1", "ceth"}, world.host(), "hcon"),
              "10.1.0.2");
  });
}

TEST_P(LoopbackGuardTest, TheForwardsWorkBesideIt) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward(), Backend());
    Attack(world);
    EXPECT_EQ(world.Ask(kTcp, world.host(), kLoopback, 2222), Saw("container:22", kTcp, kFirst.gateway));
    EXPECT_EQ(world.Ask(kTcp, world.host(), kLoopback, 2223), Saw("host:2223", kTcp, {kLoopback, ""}));
    EXPECT_EQ(world.Ask(kUdp, world.host(), kLoopback, 2222), Saw("host:2222", kUdp, {kLoopback, ""}));
    EXPECT_EQ(world.Ask(kTcp, world.outside(), kHost, 2222), Saw("container:22", kTcp, kOutside));
    // With iptables nobody answers whoever calls a forward to himself.
    if (GetParam() == "nftables") {
      EXPECT_EQ(world.Ask(kTcp, world.container(), kHost, 2222), Saw("container:22", kTcp, kFirst.gateway));
    }
    EXPECT_EQ(world.Ask(kTcp, world.container(), kHost, 2223), Saw("host:2223", kTcp, kFirst.container));
  });
}

TEST(NftablesLoopbackGuardTest, ComesAndGoesWithTheLastForwardOfAnyOwner) {
  InWorldOrSkip([](World& world) {
    const auto chains = [&] { return Sh(world.host(), "nft list chains ip").output; };
    world.MustApply(LocalForward(), "--owner a");
    world.MustApply(ForwardOf("tcp", 2224, "10.1.0.2:22") + "localhost = true\n", "--owner b");
    EXPECT_THAT(chains(), HasSubstr("chain loopback"));
    world.MustApply(ForwardOf("tcp", 2222, "10.1.0.2:22"), "--owner a");
    EXPECT_THAT(chains(), HasSubstr("chain loopback"));
    world.MustApply("forward = []\n", "--owner b");
    EXPECT_THAT(chains(), Not(HasSubstr("chain loopback")));
    EXPECT_THAT(chains(), HasSubstr("chain prerouting"));
  });
}

TEST(NftablesLoopbackGuardTest, IsMissedAndRepaired) {
  InWorldOrSkip([](World& world) {
    world.MustApply(LocalForward());
    for (const char* damage : {"nft delete chain ip natplan loopback", "nft flush chain ip natplan loopback",
                               "nft insert rule ip natplan loopback accept"}) {
      SCOPED_TRACE(damage);
      MustSh(world.host(), damage);
      const Ran check = Sh(world.host(), "natplan check - <<'END'\n" + LocalForward() + "END");
      EXPECT_EQ(check.exit_code, 1) << check;
      EXPECT_THAT(check.output, HasSubstr("loopback"));
      world.MustApply(LocalForward());
      Attack(world);
      EXPECT_EQ(SourceSeen(world.container(), kSpoofed, world.host(), "hcon"), "nobody");
      MustSh(world.container(),
             "ip addr add 127.0.0.1/8 dev lo; ip route del 127.0.0.0/8 via 10.1.0.1 dev ceth");
    }
  });
}

}  // namespace
}  // namespace natplan::packets
