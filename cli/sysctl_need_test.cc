#include "cli/sysctl_need.h"

#include <string>
#include <vector>

#include "cli/fake_host.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNotYet = "net.ipv4.conf.IFACE.route_localnet";

// 192.168.50.112/28 lies behind ve-web.
class SysctlNeedTest : public ::testing::Test {
 protected:
  SysctlNeedTest() { host_.AddInterface("ve-web"); }

  void PutRoutes() {
    host_.AddRoute("192.168.50.121", "ve-web", 28, true);
    host_.AddRoute("192.168.50.122", "ve-web", 28, true);
  }
  void ForwardBothFamilies() {
    host_.Put("net/ipv4/ip_forward", 1);
    host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
    host_.Put("net/ipv6/conf/all/forwarding", 1);
  }
  // The names of those that are not met.
  std::vector<std::string> Unmet(const std::vector<Intent>& intents) {
    std::vector<std::string> names;
    for (const SysctlNeed& need : SysctlNeeds(host_.View(), intents)) {
      if (!need.met) names.push_back(need.name);
    }
    return names;
  }
  SysctlNeed Localnet(const char* target) {
    return RouteLocalnetNeed(host_.View(), Address::Parse(target).value());
  }

  FakeHost host_;
};

TEST_F(SysctlNeedTest, EachFamilyThatIsWantedNeedsForwarding) {
  EXPECT_THAT(Unmet({}), IsEmpty());
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8"), ForwardTo("192.168.50.121:22", false)}),
              ElementsAre("net.ipv4.ip_forward"));
  EXPECT_THAT(Unmet({MasqueradeOf("fd00::/64")}), ElementsAre("net.ipv6.conf.all.forwarding"));
  host_.Put("net/ipv4/ip_forward", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8"), MasqueradeOf("fd00::/64")}),
              ElementsAre("net.ipv6.conf.all.forwarding"));
}

TEST_F(SysctlNeedTest, InterfacesThatForwardOnTheirOwnNeedNoCommonSwitch) {
  host_.AddInterface("eth0");
  host_.Put("net/ipv4/conf/eth0/forwarding", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8")}), ElementsAre("net.ipv4.ip_forward"))
      << "one interface has nothing to forward to";
  host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8")}), IsEmpty());
  host_.Put("net/ipv6/conf/eth0/force_forwarding", 1);
  host_.Put("net/ipv6/conf/ve-web/force_forwarding", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("fd00::/64")}), IsEmpty());
}

TEST_F(SysctlNeedTest, AnInterfaceThatDoesNotForwardIsNamedWhereTheOthersDo) {
  PutRoutes();
  host_.AddInterface("eth0");
  host_.AddRoute("192.0.2.1", "eth0", 0, false, 3);
  host_.Put("net/ipv4/ip_forward", 1);
  const std::vector<Intent> intents = {ForwardTo("192.168.50.121:22", false),
                                       ForwardTo("192.168.50.122:22", false)};
  EXPECT_THAT(Unmet(intents),
              ElementsAre("net.ipv4.conf.ve-web.forwarding", "net.ipv4.conf.eth0.forwarding"));
  host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
  EXPECT_THAT(Unmet(intents), ElementsAre("net.ipv4.conf.eth0.forwarding")) << "the way to everybody";
  host_.Put("net/ipv4/conf/eth0/forwarding", 1);
  EXPECT_THAT(Unmet(intents), IsEmpty());
}

TEST_F(SysctlNeedTest, TheInterfaceOfAMasqueradesSourceIsNamedWhereItDoesNotForward) {
  host_.AddRoute("192.168.50.112", "ve-web", 28, true);
  host_.Put("net/ipv4/ip_forward", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("192.168.50.112/28")}), ElementsAre("net.ipv4.conf.ve-web.forwarding"));
  EXPECT_THAT(Unmet({MasqueradeOf("10.0.0.0/8")}), IsEmpty());
  host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
  EXPECT_THAT(Unmet({MasqueradeOf("192.168.50.112/28")}), IsEmpty());
}

TEST_F(SysctlNeedTest, AForwardWithLocalhostNeedsRouteLocalnetTowardsItsTarget) {
  PutRoutes();
  ForwardBothFamilies();
  const std::vector<Intent> intents = {ForwardTo("192.168.50.121:22", true),
                                       ForwardTo("192.168.50.122:22", true)};
  EXPECT_THAT(Unmet(intents), ElementsAre("net.ipv4.conf.ve-web.route_localnet"));
  host_.Put("net/ipv4/conf/all/route_localnet", 1);
  EXPECT_THAT(Unmet(intents), IsEmpty()) << "for all is for each";
  host_.Put("net/ipv4/conf/all/route_localnet", 0);
  host_.Put("net/ipv4/conf/ve-web/route_localnet", 1);
  EXPECT_THAT(Unmet(intents), IsEmpty());
}

TEST_F(SysctlNeedTest, WithoutANetworkOfTheTargetsThereIsNothingToSet) {
  ForwardBothFamilies();
  host_.AddInterface("eth0");
  host_.Put("net/ipv4/conf/eth0/forwarding", 1);
  host_.AddRoute("10.0.0.1", "eth0", 0, false);   // a default route
  host_.AddRoute("10.0.0.2", "eth0", 16, false);  // a gateway
  host_.AddRoute("10.0.0.3", "eth0", 0, true);    // a default route into a tunnel
  host_.AddRoute("10.0.0.4", "eth0", 1, true);    // half of one
  for (const char* target : {"10.0.0.1:22", "10.0.0.2:22", "10.0.0.3:22", "10.0.0.4:22", "10.0.0.5:22"})
    EXPECT_THAT(Unmet({ForwardTo(target, true)}), ElementsAre(kNotYet)) << target;
  for (const char* target : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}) {
    const SysctlNeed need = Localnet(target);
    EXPECT_FALSE(need.sysctl) << target;
    EXPECT_THAT(need.Cure(),
                AllOf(HasSubstr("not there yet"), HasSubstr(target), Not(HasSubstr("sysctl -w"))));
  }
}

TEST_F(SysctlNeedTest, OfManyTargetsThatAreNotThereOneIsNamed) {
  ForwardBothFamilies();
  EXPECT_THAT(Unmet({ForwardTo("10.0.0.5:22", true), ForwardTo("10.0.0.6:22", true)}), ElementsAre(kNotYet));
}

TEST_F(SysctlNeedTest, ARouteThatCannotBeAskedForIsNoInterface) {
  HostView view = host_.View();
  view.route = [](const Address&) { return std::unexpected(Error{.text = "no socket"}); };
  const SysctlNeed need = RouteLocalnetNeed(view, Address::Parse("10.0.0.1").value());
  EXPECT_FALSE(need.met);
  EXPECT_FALSE(need.sysctl);
  EXPECT_THAT(need.Cure(), HasSubstr("no socket"));
}

TEST_F(SysctlNeedTest, IPv6HasNoRouteLocalnet) {
  ForwardBothFamilies();
  EXPECT_THAT(Unmet({ForwardTo("[fd00::1]:22", true)}), IsEmpty());
}

TEST_F(SysctlNeedTest, TheCureIsACommandOrSaysWhyThereIsNone) {
  EXPECT_THAT(ForwardingNeeds(host_.proc(), {Family::kIp}).front().Cure(),
              HasSubstr("sysctl -w net.ipv4.ip_forward=1"));
  std::filesystem::remove(host_.proc() / "sys/net/ipv6/conf/all/forwarding");
  const SysctlNeed need = ForwardingNeeds(host_.proc(), {Family::kIp6}).front();
  EXPECT_FALSE(need.met);
  EXPECT_THAT(need.Cure(), HasSubstr("net.ipv6.conf.all.forwarding"));
  std::filesystem::remove_all(host_.proc());
  EXPECT_THAT(ForwardingNeeds(host_.proc(), {Family::kIp}).front().Cure(),
              AllOf(HasSubstr("net.ipv4.ip_forward"), HasSubstr("mount -t proc")));
}

}  // namespace
}  // namespace natplan::cli
