#include "cli/routes.h"

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

// A tree of files in place of procfs.
class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() : proc_(fs::path(::testing::TempDir()) / ("routes-" + std::to_string(getpid()))) {}
  ~RoutesTest() override { fs::remove_all(proc_); }

  void Put(const std::string& text) {
    fs::create_directories(proc_ / "net");
    std::ofstream(proc_ / "net/ipv6_route") << text;
  }
  bool IsLocalTo(const char* interface) const {
    return IsLoopbackLocalTo(proc_, *InterfaceName::Make(interface));
  }

  const fs::path proc_;
};

// A line of net/ipv6_route: source and next hop are none.
std::string Line(const std::string& destination, const std::string& length, const std::string& flags,
                 const std::string& interface) {
  const std::string none(32, '0');
  return destination + " " + length + " " + none + " 00 " + none + " 00000400 00000001 00000000 " + flags +
         " " + interface + "\n";
}

TEST_F(RoutesTest, WhatIsDownOrNoRouteIsLeftOut) {
  Put(Line("fd000050000000000000000000000000", "40", "00000001", "ve-web") +
      Line("fd990000000000000000000000000000", "10", "00200200", "lo") +
      Line("fd000050000000000000000000000009", "80", "00000000", "down0") +
      Line("00000000000000000000000000000000", "00", "00450003", "eth0") +
      Line("fd00005000000000", "40", "00000001", "short0") +
      Line("fd0000500000000000000000000000zz", "80", "00000001", "junk0") +
      Line("fd000050000000000000000000000009", "ff", "00000001", "long0") + "torn 00");
  const auto routes = ReadIp6Routes(proc_);
  ASSERT_TRUE(routes);
  std::vector<std::string> texts;
  for (const Ip6Route& route : *routes)
    texts.push_back(route.to.ToString() + " " + route.interface + " " + std::to_string(route.flags));
  EXPECT_THAT(texts, ElementsAre("fd00:50::/64 ve-web 1", "fd99::/16 lo 2097664", "::/0 eth0 4521987"));
}

TEST_F(RoutesTest, LoopbackIsLocalToTheInterfacesOfItsLocalRoutes) {
  const std::string loopback(std::string(31, '0') + "1");
  Put(Line(loopback, "80", "80200001", "lo") + Line(loopback, "80", "80000001", "v0") +
      Line(loopback, "80", "00000001", "v1") + Line(std::string(31, '0') + "2", "80", "80000001", "v2") +
      Line(loopback, "7f", "80000001", "v3"));
  EXPECT_TRUE(IsLocalTo("lo"));
  EXPECT_TRUE(IsLocalTo("v0"));
  EXPECT_FALSE(IsLocalTo("v1")) << "a route of another type";
  EXPECT_FALSE(IsLocalTo("v2")) << "another address";
  EXPECT_FALSE(IsLocalTo("v3")) << "another length";
  EXPECT_FALSE(IsLocalTo("v4"));
}

TEST_F(RoutesTest, WithoutProcfsThatIsAnErrorAndNotATableWithoutRoutes) {
  const auto routes = ReadIp6Routes(proc_);
  ASSERT_FALSE(routes);
  EXPECT_EQ(routes.error().errno_value, ENOENT);
  EXPECT_FALSE(IsLocalTo("lo"));
}

}  // namespace
}  // namespace natplan::cli
