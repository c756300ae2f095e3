#include "cli/sysctl_need.h"

#include <unistd.h>

#include <bit>
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

// A tree of files in place of procfs: nothing is set, 192.168.50.112/28 lies behind ve-web.
class SysctlNeedTest : public ::testing::Test {
 protected:
  SysctlNeedTest() : proc_(fs::path(::testing::TempDir()) / ("need-" + std::to_string(getpid()))) {
    fs::remove_all(proc_);
    Put("sys/net/ipv4/ip_forward", "0\n");
    Put("sys/net/ipv6/conf/all/forwarding", "0\n");
    Put("sys/net/ipv4/conf/all/route_localnet", "0\n");
    Put("sys/net/ipv4/conf/ve-web/route_localnet", "0\n");
  }
  ~SysctlNeedTest() override { fs::remove_all(proc_); }

  void Put(const std::string& path, const std::string& text) {
    const fs::path file = proc_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void PutRoute() {
    // As a kernel of this machine's byte order prints it.
    const bool little = std::endian::native == std::endian::little;
    Put("net/route", std::string("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n") +
                         "ve-web\t" + (little ? "7032A8C0" : "C0A83270") + "\t00000000\t0001\t0\t0\t0\t" +
                         (little ? "F0FFFFFF" : "FFFFFFF0") + "\t0\t0\t0\n");
  }
  // The names of those that are not met.
  std::vector<std::string> Unmet(const std::vector<Intent>& intents) {
    std::vector<std::string> names;
    for (const SysctlNeed& need : SysctlNeeds(proc_, intents)) {
      if (!need.met) names.push_back(need.sysctl.name());
    }
    return names;
  }

  const fs::path proc_;
};

Intent ForwardTo(const char* endpoint, bool localhost) {
  return Forward{.protocol = Protocol::kTcp,
                 .host_port = *Port::Make(2222),
                 .to = *Endpoint::Parse(endpoint),
                 .localhost = localhost};
}
Intent MasqueradeOf(const char* prefix) { return *Masquerade::Make(*Prefix::Parse(prefix)); }

TEST_F(SysctlNeedTest, EachFamilyThatIsWantedNeedsForwarding) {
  EXPECT_THAT(Unmet({}), IsEmpty());
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8"), ForwardTo("192.168.50.121:22", false)}),
              ElementsAre("net.ipv4.ip_forward"));
  EXPECT_THAT(Unmet({MasqueradeOf("fd00::/64")}), ElementsAre("net.ipv6.conf.all.forwarding"));
  Put("sys/net/ipv4/ip_forward", "1\n");
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8"), MasqueradeOf("fd00::/64")}),
              ElementsAre("net.ipv6.conf.all.forwarding"));
}

TEST_F(SysctlNeedTest, AForwardWithLocalhostNeedsRouteLocalnetTowardsItsTarget) {
  PutRoute();
  Put("sys/net/ipv4/ip_forward", "1\n");
  const std::vector<Intent> intents = {ForwardTo("192.168.50.121:22", true),
                                       ForwardTo("192.168.50.122:22", true)};
  EXPECT_THAT(Unmet(intents), ElementsAre("net.ipv4.conf.ve-web.route_localnet"));
  Put("sys/net/ipv4/conf/all/route_localnet", "1\n");
  EXPECT_THAT(Unmet(intents), IsEmpty()) << "for all is for each";
  Put("sys/net/ipv4/conf/all/route_localnet", "0\n");
  Put("sys/net/ipv4/conf/ve-web/route_localnet", "1\n");
  EXPECT_THAT(Unmet(intents), IsEmpty());
}

TEST_F(SysctlNeedTest, WithoutARouteItIsNeededOfAll) {
  Put("sys/net/ipv4/ip_forward", "1\n");
  EXPECT_THAT(Unmet({ForwardTo("192.168.50.121:22", true)}), ElementsAre("net.ipv4.conf.all.route_localnet"));
}

TEST_F(SysctlNeedTest, IPv6HasNoRouteLocalnet) {
  Put("sys/net/ipv6/conf/all/forwarding", "1\n");
  EXPECT_THAT(Unmet({ForwardTo("[fd00::1]:22", true)}), IsEmpty());
}

TEST_F(SysctlNeedTest, TheCureIsACommandOrSaysWhyThereIsNone) {
  EXPECT_THAT(ForwardingNeeds(proc_, {Family::kIp}).front().Cure(),
              HasSubstr("sysctl -w net.ipv4.ip_forward=1"));
  fs::remove(proc_ / "sys/net/ipv6/conf/all/forwarding");
  const SysctlNeed need = ForwardingNeeds(proc_, {Family::kIp6}).front();
  EXPECT_FALSE(need.met);
  EXPECT_THAT(need.Cure(), HasSubstr("sys/net/ipv6/conf/all/forwarding"));
}

}  // namespace
}  // namespace natplan::cli
