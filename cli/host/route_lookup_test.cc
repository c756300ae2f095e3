#include "cli/host/route_lookup.h"

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::cli {
namespace {

using natplan::testing::RunInNamespaceOrSkip;

void Sh(const std::string& script) { ASSERT_EQ(std::system(("set -e\n" + script).c_str()), 0) << script; }

// The interface, the length, and how the target is reached; "none" without a route.
std::string Towards(const char* address) {
  const auto route = LookUpRoute(Address::Parse(address).value());
  if (!route) return "error: " + route.error().text;
  if (!*route) return "none";
  return (*route)->interface.name() + " /" + std::to_string((*route)->length) +
         ((*route)->IsConnected() ? " connected"
          : (*route)->on_link     ? " on-link"
                                  : "");
}

const char* const kLink =
    "ip link set lo up\n"
    "ip link add v0 type veth peer name v1\n"
    "ip addr add 10.1.0.1/24 dev v0; ip addr add fd00:1::1/64 dev v0 nodad\n"
    "ip link set v0 up; ip link set v1 up\n";

TEST(RouteLookupTest, ANetworkOfTheHostsOwnIsConnected) {
  RunInNamespaceOrSkip([] {
    EXPECT_EQ(Towards("10.1.0.2"), "none");
    EXPECT_EQ(Towards("fd00:1::2"), "none");
    Sh(kLink);
    EXPECT_EQ(Towards("10.1.0.2"), "v0 /24 connected");
    EXPECT_EQ(Towards("fd00:1::2"), "v0 /64 connected");
    Sh("ip route add 10.2.0.0/16 dev v1; ip route add 10.3.0.9 dev v0; ip -6 route add fd00:9::9 dev v1");
    EXPECT_EQ(Towards("10.2.7.7"), "v1 /16 connected");
    EXPECT_EQ(Towards("10.3.0.9"), "v0 /32 connected");
    EXPECT_EQ(Towards("fd00:9::9"), "v1 /128 connected");
  });
}

TEST(RouteLookupTest, WhatAGatewayOrSeveralWaysLeadToIsNot) {
  RunInNamespaceOrSkip([] {
    Sh(kLink);
    Sh("ip route add default via 10.1.0.9; ip route add 10.5.0.0/16 via 10.1.0.9\n"
       "ip route add 10.6.0.0/16 nexthop dev v0 nexthop dev v1\n"
       "ip route add 10.7.0.0/16 via inet6 fd00:1::9 dev v0\n"
       "ip -6 route add default via fd00:1::9\n"
       "ip nexthop add id 7 via 10.1.0.8 dev v0; ip route add 10.8.0.0/16 nhid 7");
    EXPECT_EQ(Towards("192.0.2.1"), "v0 /0");
    EXPECT_EQ(Towards("10.5.0.1"), "v0 /16");
    EXPECT_EQ(Towards("10.6.0.1"), "v0 /16");
    EXPECT_EQ(Towards("10.7.0.1"), "v0 /16");
    EXPECT_EQ(Towards("10.8.0.1"), "v0 /16");
    EXPECT_EQ(Towards("2001:db8::1"), "v0 /0");
  });
}

TEST(RouteLookupTest, ADefaultRouteWithoutAGatewayIsNoNetworkOfTheHostsOwn) {
  RunInNamespaceOrSkip([] {
    Sh(kLink);
    Sh("ip route add default dev v1; ip route add 64.0.0.0/2 dev v1; ip route add 128.0.0.0/1 dev v1\n"
       "ip -6 route add ::/1 dev v1");
    EXPECT_EQ(Towards("8.8.8.8"), "v1 /0 on-link");
    EXPECT_EQ(Towards("203.0.113.1"), "v1 /1 on-link");
    EXPECT_EQ(Towards("65.0.0.1"), "v1 /2 on-link");
    EXPECT_EQ(Towards("2001:db8::1"), "v1 /1 on-link");
  });
}

TEST(RouteLookupTest, TheHostItselfAndWhatIsBehindLoAreNot) {
  RunInNamespaceOrSkip([] {
    Sh(kLink);
    Sh("ip route add 10.9.0.0/16 dev lo");
    EXPECT_EQ(Towards("127.0.0.1"), "lo /32");
    EXPECT_EQ(Towards("10.1.0.1"), "v0 /32");
    EXPECT_EQ(Towards("10.1.0.255"), "v0 /32");
    EXPECT_EQ(Towards("10.9.0.1"), "lo /16");
    EXPECT_EQ(Towards("fd00:1::1"), "v0 /128");
  });
}

TEST(RouteLookupTest, ARouteThatRefusesIsNone) {
  RunInNamespaceOrSkip([] {
    Sh(kLink);
    Sh("ip route add default via 10.1.0.9; ip -6 route add default via fd00:1::9\n"
       "ip route add blackhole 10.5.0.0/16; ip route add unreachable 10.6.0.0/16\n"
       "ip route add prohibit 10.7.0.0/16; ip route add throw 10.8.0.0/16\n"
       "ip -6 route add blackhole fd00:5::/64; ip -6 route add unreachable fd00:6::/64\n"
       "ip -6 route add prohibit fd00:7::/64");
    EXPECT_EQ(Towards("10.5.0.1"), "none");
    EXPECT_EQ(Towards("10.6.0.1"), "none");
    EXPECT_EQ(Towards("10.7.0.1"), "none");
    EXPECT_EQ(Towards("10.8.0.1"), "none");
    EXPECT_EQ(Towards("fd00:5::1"), "none");
    EXPECT_EQ(Towards("fd00:6::1"), "none");
    EXPECT_EQ(Towards("fd00:7::1"), "none");
  });
}

TEST(RouteLookupTest, RulesAndOtherTablesCount) {
  RunInNamespaceOrSkip([] {
    Sh(kLink);
    Sh("ip route add 10.1.0.0/24 dev v1 table 77; ip rule add to 10.1.0.0/24 lookup 77\n"
       "ip -6 route add fd00:1::/64 dev v1 table 77; ip -6 rule add to fd00:1::/64 lookup 77");
    EXPECT_EQ(Towards("10.1.0.2"), "v1 /24 connected");
    EXPECT_EQ(Towards("fd00:1::2"), "v1 /64 connected");
  });
}

}  // namespace
}  // namespace natplan::cli
