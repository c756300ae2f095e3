#include "cli/route_need.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A tree of files in place of procfs: fd00:50::/64 lies behind ve-web, fd00:60::/64 behind ve-db, to which
// ::1 is local.
class RouteNeedTest : public ::testing::Test {
 protected:
  RouteNeedTest() : proc_(fs::path(::testing::TempDir()) / ("route-need-" + std::to_string(getpid()))) {
    fs::create_directories(proc_ / "net");
    const std::string rest =
        " 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 "
        "00000000 ";
    std::ofstream(proc_ / "net/ipv6_route")
        << "00000000000000000000000000000001 80" << rest << "80200001 lo\n"
        << "00000000000000000000000000000001 80" << rest << "80000001 ve-db\n";
  }
  ~RouteNeedTest() override { fs::remove_all(proc_); }

  HostView Host() const {
    return {.proc = proc_, .route = [](const Address& target) -> std::optional<Route> {
              if (Prefix::Parse("fd00:50::/64")->Contains(target))
                return Route{.interface = *InterfaceName::Make("ve-web")};
              if (Prefix::Parse("fd00:60::/64")->Contains(target))
                return Route{.interface = *InterfaceName::Make("ve-db")};
              return std::nullopt;
            }};
  }
  // The cures of those that are not met.
  std::vector<std::string> Unmet(const std::vector<Intent>& intents) const {
    std::vector<std::string> cures;
    for (const RouteNeed& need : RouteNeeds(Host(), intents)) {
      if (!need.met) cures.push_back(need.Cure());
    }
    return cures;
  }

  const fs::path proc_;
};

Intent ForwardTo(const char* endpoint, bool localhost) {
  return Forward{.protocol = Protocol::kTcp,
                 .host_port = *Port::Make(2222),
                 .to = *Endpoint::Parse(endpoint),
                 .localhost = localhost};
}

TEST_F(RouteNeedTest, OnlyForwardsWithLocalhostInIpv6NeedARoute) {
  const Intent masquerade = *Masquerade::Make(*Prefix::Parse("fd00:50::/64"));
  EXPECT_THAT(RouteNeeds(Host(), std::vector<Intent>{masquerade, ForwardTo("[fd00:50::1]:22", false),
                                                     ForwardTo("192.0.2.1:22", true)}),
              IsEmpty());
}

TEST_F(RouteNeedTest, EachInterfaceTowardsATargetNeedsOne) {
  EXPECT_THAT(Unmet({ForwardTo("[fd00:50::1]:22", true), ForwardTo("[fd00:50::2]:22", true)}),
              ElementsAre("ip -6 route add local ::1/128 dev ve-web table local"));
  EXPECT_THAT(Unmet({ForwardTo("[fd00:60::1]:22", true)}), IsEmpty()) << "it is there";
}

TEST_F(RouteNeedTest, WithoutARouteToTheTargetTheInterfaceIsOpen) {
  EXPECT_THAT(Unmet({ForwardTo("[fd00:70::1]:22", true), ForwardTo("[fd00:80::1]:22", true)}),
              ElementsAre("ip -6 route add local ::1/128 dev IFACE table local"));
}

TEST_F(RouteNeedTest, WhatHappensOtherwiseNamesTheTarget) {
  const auto needs = RouteNeeds(Host(), std::vector{ForwardTo("[fd00:50::1]:22", true)});
  ASSERT_EQ(needs.size(), 1U);
  EXPECT_THAT(needs.front().Otherwise(), HasSubstr(" on to fd00:50::1 only if ::1 is local"));
}

}  // namespace
}  // namespace natplan::cli
