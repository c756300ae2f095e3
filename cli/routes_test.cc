#include "cli/routes.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;

// A tree of files in place of procfs.
class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() : proc_(fs::path(::testing::TempDir()) / ("routes-" + std::to_string(getpid()))) {}
  ~RoutesTest() override { fs::remove_all(proc_); }

  void Put(const std::string& path, const std::string& text) {
    const fs::path file = proc_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string Towards(const char* address) const {
    const auto found = InterfaceTowards(proc_, *Address::Parse(address));
    return found ? found->name() : "none";
  }
  bool IsLocalTo(const char* interface) const {
    return IsLoopbackLocalTo(proc_, *InterfaceName::Make(interface));
  }

  const fs::path proc_;
};

TEST_F(RoutesTest, TheLongestPrefixSaysWhichInterface) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  GTEST_SKIP() << "SKIPPED[big-endian]: these lines are as a little-endian kernel prints them";
#endif
  Put("net/route",
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
      "ve-web\t7032A8C0\t00000000\t0001\t0\t0\t0\tF0FFFFFF\t0\t0\t0\n"
      "down0\t7932A8C0\t00000000\t0000\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
      "*\t0000000A\t00000000\t0201\t0\t0\t0\t000000FF\t0\t0\t0\n"
      "torn\t00");
  // In 192.168.50.112/28; a route that is down does not count.
  EXPECT_EQ(Towards("192.168.50.121"), "ve-web");
  EXPECT_EQ(Towards("192.168.50.128"), "eth0");
  EXPECT_EQ(Towards("203.0.113.9"), "eth0");
  EXPECT_EQ(Towards("10.1.2.3"), "none");  // refused by a route of 10.0.0.0/8
  EXPECT_EQ(Towards("fd00::1"), "none");
}

// A line of net/ipv6_route: source and next hop are none.
std::string Ip6Line(const std::string& destination, const std::string& length, const std::string& flags,
                    const std::string& interface) {
  const std::string none(32, '0');
  return destination + " " + length + " " + none + " 00 " + none + " 00000400 00000001 00000000 " + flags +
         " " + interface + "\n";
}

TEST_F(RoutesTest, InIpv6TheLongestPrefixSaysItToo) {
  Put("net/ipv6_route", Ip6Line("fd000050000000000000000000000000", "40", "00000001", "ve-web") +
                            Ip6Line("fd990000000000000000000000000000", "10", "00200200", "lo") +
                            Ip6Line("fd000050000000000000000000000009", "80", "00000000", "down0") +
                            Ip6Line("00000000000000000000000000000000", "00", "00000003", "eth0") +
                            Ip6Line("00000000000000000000000000000000", "00", "00000003", "wlan0") +
                            Ip6Line("fd00005000000000", "40", "00000001", "short0") +
                            Ip6Line("fd0000500000000000000000000000zz", "80", "00000001", "junk0") +
                            Ip6Line("fd000050000000000000000000000009", "ff", "00000001", "long0") +
                            "torn 00");
  EXPECT_EQ(Towards("fd00:50::9"), "ve-web");
  EXPECT_EQ(Towards("fd00:51::9"), "eth0");
  EXPECT_EQ(Towards("fd99::1"), "none");  // refused by a route of fd99::/16
  EXPECT_EQ(Towards("10.1.2.3"), "none");
}

TEST_F(RoutesTest, LoopbackIsLocalToTheInterfacesOfItsLocalRoutes) {
  const std::string loopback(std::string(31, '0') + "1");
  Put("net/ipv6_route", Ip6Line(loopback, "80", "80200001", "lo") +
                            Ip6Line(loopback, "80", "80000001", "v0") +
                            Ip6Line(loopback, "80", "00000001", "v1") +
                            Ip6Line(std::string(31, '0') + "2", "80", "80000001", "v2") +
                            Ip6Line(loopback, "7f", "80000001", "v3"));
  EXPECT_TRUE(IsLocalTo("lo"));
  EXPECT_TRUE(IsLocalTo("v0"));
  EXPECT_FALSE(IsLocalTo("v1")) << "a route of another type";
  EXPECT_FALSE(IsLocalTo("v2")) << "another address";
  EXPECT_FALSE(IsLocalTo("v3")) << "another length";
  EXPECT_FALSE(IsLocalTo("v4"));
}

TEST_F(RoutesTest, WithoutProcfsThereAreNoRoutes) {
  EXPECT_EQ(Towards("192.0.2.1"), "none");
  EXPECT_EQ(Towards("fd00::1"), "none");
  EXPECT_FALSE(IsLocalTo("lo"));
}

}  // namespace
}  // namespace natplan::cli
