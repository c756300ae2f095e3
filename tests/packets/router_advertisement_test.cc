// A host that learns its default route from a router's advertisements, and begins to forward IPv6.
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMasquerade = "[[masquerade]]\nsource = \"fd00:50::/64\"\n";
constexpr const char* kForwarding = "net/ipv6/conf/all/forwarding";
constexpr const char* kAcceptRa = "net/ipv6/conf/up0/accept_ra";

// `down0` of a router and `up0` of the host are one link.
class Uplink {
 public:
  Uplink() {
    for (const NetNamespace* one : {&router_, &host_}) {
      WriteSysctl(*one, "net/ipv6/conf/all/accept_dad", "0");
      WriteSysctl(*one, "net/ipv6/conf/default/accept_dad", "0");
      WriteSysctl(*one, kForwarding, "0");
    }
    WriteSysctl(host_, "net/ipv6/conf/default/accept_ra", "1");
    MustSh(host_, "ip link set lo up && ip link add up0 index 10 type veth peer name down0 netns " +
                      router_.path() + " && ip link set up0 up");
    MustSh(router_, "ip link set lo up && ip link set down0 up");
  }

  const NetNamespace& host() const { return host_; }

  // From fe80::/10, to all nodes: a default route for so many seconds, and addresses in 2001:db8:2::/64.
  void Advertise(std::uint16_t lifetime) const {
    struct {
      nd_router_advert router;
      nd_opt_prefix_info prefix;
    } message = {};
    message.router.nd_ra_type = ND_ROUTER_ADVERT;
    message.router.nd_ra_curhoplimit = 64;
    message.router.nd_ra_router_lifetime = htons(lifetime);
    message.prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
    message.prefix.nd_opt_pi_len = sizeof(message.prefix) / 8;
    message.prefix.nd_opt_pi_prefix_len = 64;
    message.prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
    message.prefix.nd_opt_pi_valid_time = htonl(3600);
    message.prefix.nd_opt_pi_preferred_time = htonl(3600);
    constexpr std::array<std::uint8_t, 8> kPrefix = {0x20, 0x01, 0x0d, 0xb8, 0, 2, 0, 0};
    std::memcpy(&message.prefix.nd_opt_pi_prefix, kPrefix.data(), kPrefix.size());

    const Inside inside(router_);
    const Fd socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), "socket");
    // Who is further away than the link may not advertise.
    const int hops = 255;
    Check(setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)), "hop limit");
    const unsigned link = if_nametoindex("down0");
    Check(setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &link, sizeof(link)), "interface");
    const SocketAddress everybody = MakeSocketAddress(AF_INET6, "ff02::1", 0);
    Check(
        static_cast<int>(sendto(socket.get(), &message, sizeof(message), 0, everybody.get(), everybody.size)),
        "sendto");
  }

  bool HasDefaultRoute() const {
    return Sh(host_, "ip -6 route show default").output.find("proto ra") != std::string::npos;
  }

  // Advertises until the host's default route is there, or is not; whether that came about.
  bool AdvertiseUntil(std::uint16_t lifetime, bool there) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (HasDefaultRoute() != there) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      // The first may go before the link is up.
      Advertise(lifetime);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  // After an advertisement that was not heard there is nothing to wait for: what came after it is.
  bool HearsAdvertisements() const { return AdvertiseUntil(0, false) && AdvertiseUntil(1800, true); }

  std::string Sysctl(const std::string& name) const { return Sh(host_, "cat /proc/sys/" + name).output; }

  Ran Natplan(const std::string& arguments) const {
    return Sh(host_, "natplan " + arguments + " <<'END'\n" + kMasquerade + "END");
  }

 private:
  NetNamespace router_;
  NetNamespace host_;
};

void OnAnUplinkOrSkip(const std::function<void(const Uplink&)>& body) {
  InWorldOrSkip([&](World&) {
    const Uplink uplink;
    ASSERT_TRUE(uplink.AdvertiseUntil(1800, true));
    body(uplink);
  });
}

TEST(RouterAdvertisementTest, WithoutAcceptRaTheKernelTakesTheRouteAwayAndHearsNoMore) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    WriteSysctl(uplink.host(), kForwarding, "1");
    EXPECT_FALSE(uplink.HasDefaultRoute());
    for (int i = 0; i < 20; ++i) {
      uplink.Advertise(1800);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_FALSE(uplink.HasDefaultRoute());
  });
}

TEST(RouterAdvertisementTest, WithoutConsentNothingIsSwitchedOn) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    WriteSysctl(uplink.host(), "net/ipv4/ip_forward", "0");
    const Ran ran = Sh(uplink.host(), "natplan apply - --sysctl <<'END'\n" + std::string(kMasquerade) +
                                          MasqueradeOf("10.9.0.0/24") + "END");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.output, AllOf(HasSubstr("up0"), HasSubstr("--accept-ra")));
    EXPECT_EQ(uplink.Sysctl(kForwarding), "0\n");
    EXPECT_EQ(uplink.Sysctl("net/ipv4/ip_forward"), "0\n");
    EXPECT_EQ(uplink.Sysctl(kAcceptRa), "1\n");
    EXPECT_TRUE(uplink.HasDefaultRoute());
    EXPECT_THAT(uplink.Natplan("check -").output, Not(HasSubstr("+ "))) << "the rules are there";
  });
}

TEST(RouterAdvertisementTest, WithConsentTheRouteStaysAndAdvertisementsAreHeard) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    const Ran ran = uplink.Natplan("apply - --sysctl --accept-ra");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.output, AllOf(HasSubstr("# sysctl net.ipv6.conf.up0.accept_ra = 2\n"),
                                  HasSubstr("# sysctl net.ipv6.conf.all.forwarding = 1\n")));
    EXPECT_EQ(uplink.Sysctl(kForwarding), "1\n");
    EXPECT_EQ(uplink.Sysctl(kAcceptRa), "2\n");
    EXPECT_TRUE(uplink.HasDefaultRoute());
    EXPECT_TRUE(uplink.HearsAdvertisements());
  });
}

TEST(RouterAdvertisementTest, BothArePutBackAndTheRouteStays) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    ASSERT_EQ(uplink.Natplan("apply - --sysctl --accept-ra").exit_code, 0);
    const Ran ran = uplink.Natplan("remove --sysctl");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(uplink.Sysctl(kForwarding), "0\n");
    EXPECT_EQ(uplink.Sysctl(kAcceptRa), "1\n");
    EXPECT_TRUE(uplink.HasDefaultRoute());
    EXPECT_TRUE(uplink.HearsAdvertisements());
  });
}

TEST(RouterAdvertisementTest, WhereAdvertisementsAreHeardByARouterTooNoConsentIsAskedFor) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    WriteSysctl(uplink.host(), kAcceptRa, "2");
    const Ran ran = uplink.Natplan("apply - --sysctl");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_TRUE(uplink.HasDefaultRoute());
  });
}

TEST(RouterAdvertisementTest, ARouteThatAProgramWroteNeedsNoConsent) {
  OnAnUplinkOrSkip([](const Uplink& uplink) {
    MustSh(uplink.host(),
           "router=$(ip -6 route show default | sed 's/.*via \\([^ ]*\\) .*/\\1/') && "
           "ip -6 addr flush dev up0 scope global && ip -6 route flush 2001:db8:2::/64 dev up0 && "
           "ip -6 route del default && "
           "ip -6 route add default via $router dev up0 proto ra");
    const Ran ran = uplink.Natplan("apply - --sysctl");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(uplink.Sysctl(kAcceptRa), "1\n");
    EXPECT_TRUE(uplink.HasDefaultRoute()) << "the kernel keeps it";
  });
}

}  // namespace
}  // namespace natplan::packets
