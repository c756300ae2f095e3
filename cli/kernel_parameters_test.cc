#include "cli/kernel_parameters.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/fake_host.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kForwarding = "net/ipv4/ip_forward";
constexpr const char* kRouteLocalnet = "net/ipv4/conf/ve-web/route_localnet";

// 10.1.0.0/24 lies behind ve-web.
class KernelParametersTest : public ::testing::Test {
 protected:
  KernelParametersTest() {
    host_.AddInterface("ve-web");
    host_.AddRoute("10.1.0.2", "ve-web", 24, true);
  }
  Parameters Care(const std::vector<Intent>& intents, bool set) {
    return set ? SetParameters(intents, false, host_.View(), Record())
               : NameParameters(intents, host_.View());
  }
  SysctlRecord Record() const { return {"record", {host_.proc() / "run"}}; }
  std::vector<std::string> Recorded() const {
    std::vector<std::string> out;
    const auto read = Record().Read();
    for (const SwitchedOn& one : read.value().switched_on)
      out.push_back(fmt::format("{} {} {} {}", one.sysctl.name(), one.index, one.before, one.after));
    return out;
  }
  // eth0 has a default route that it learnt from a router's advertisement.
  void AddUplink() {
    host_.AddInterface("eth0");
    host_.NameInterface(3, "eth0");
    const std::string none(32, '0');
    std::ofstream(host_.proc() / "net/ipv6_route")
        << none << " 00 " << none << " 00 " << none << " 00000400 00000001 00000000 00450003 eth0\n";
  }

  FakeHost host_;
};

TEST_F(KernelParametersTest, WhatIsMissingIsNamedWithTheCommandAndNotSet) {
  const Parameters parameters =
      Care({ForwardTo("10.1.0.2:22", true), ForwardTo("[2001:db8::1]:22", false)}, false);
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding",
                                              "net.ipv4.conf.ve-web.route_localnet"));
  EXPECT_THAT(parameters.notes, ElementsAre(HasSubstr("sysctl -w net.ipv4.ip_forward=1"),
                                            HasSubstr("sysctl -w net.ipv6.conf.all.forwarding=1"),
                                            HasSubstr("sysctl -w net.ipv4.conf.ve-web.route_localnet=1")));
  EXPECT_EQ(host_.Get(kForwarding), 0);
  EXPECT_EQ(host_.Get(kRouteLocalnet), 0);
}

TEST_F(KernelParametersTest, OfWhatCannotBeReadNothingIsClaimed) {
  fs::remove(host_.proc() / "sys" / kForwarding);
  const Parameters parameters = Care({ForwardTo("10.1.0.2:22", false)}, false);
  EXPECT_THAT(parameters.missing, IsEmpty());
  EXPECT_THAT(parameters.notes, ElementsAre(AllOf(HasSubstr("cannot read net.ipv4.ip_forward"),
                                                  Not(HasSubstr("does not pass")))));
}

TEST_F(KernelParametersTest, WhatIsSetAlreadyIsNotNamed) {
  host_.Put(kForwarding, 1);
  host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
  EXPECT_THAT(Care({ForwardTo("10.1.0.2:22", false)}, false).notes, IsEmpty());
  host_.Put(kRouteLocalnet, 1);
  EXPECT_THAT(Care({ForwardTo("10.1.0.2:22", true)}, false).notes, IsEmpty());
}

TEST_F(KernelParametersTest, AllThatIsNeededIsSetWhereThatIsAskedFor) {
  const Parameters parameters = Care({ForwardTo("10.1.0.2:22", true)}, true);
  EXPECT_THAT(parameters.set,
              ElementsAre("net.ipv4.ip_forward = 1", "net.ipv4.conf.ve-web.route_localnet = 1"));
  EXPECT_THAT(parameters.missing, IsEmpty());
  EXPECT_FALSE(parameters.error);
  EXPECT_EQ(host_.Get(kForwarding), 1);
  EXPECT_EQ(host_.Get(kRouteLocalnet), 1);
  EXPECT_EQ(host_.Get("net/ipv6/conf/all/forwarding"), 0);
}

TEST_F(KernelParametersTest, WhatCannotBeSetIsAnErrorAndTheRestIsSet) {
  fs::remove(host_.proc() / "sys" / kForwarding);
  const Parameters parameters = Care({ForwardTo("10.1.0.2:22", true)}, true);
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.ip_forward"));
  EXPECT_THAT(parameters.set, ElementsAre("net.ipv4.conf.ve-web.route_localnet = 1"));
  ASSERT_TRUE(parameters.error);
  EXPECT_THAT(parameters.error->text, HasSubstr("ip_forward"));
}

TEST_F(KernelParametersTest, WhereTheContainersNetworkIsNotThereNothingOfItIsSet) {
  host_.AddInterface("eth0");
  host_.AddRoute("10.9.0.2", "eth0", 0, false);
  const Parameters parameters = Care({ForwardTo("10.9.0.2:22", true)}, true);
  EXPECT_THAT(parameters.set, ElementsAre("net.ipv4.ip_forward = 1"));
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.conf.IFACE.route_localnet"));
  EXPECT_THAT(parameters.notes, ElementsAre(AllOf(HasSubstr("not there yet"), HasSubstr("eth0"))));
  EXPECT_FALSE(parameters.error);
  EXPECT_EQ(host_.Get("net/ipv4/conf/eth0/route_localnet"), 0);
  EXPECT_EQ(host_.Get("net/ipv4/conf/all/route_localnet"), 0);
}

TEST_F(KernelParametersTest, AParameterIsPutBackIfTheRouteMovedMeanwhile) {
  HostView view = host_.View();
  int asked = 0;
  view.route = [&](const Address&) -> std::optional<Route> {
    return Route{InterfaceName::Make("ve-web").value(), asked++ == 0 ? 2U : 5U, 24, true};
  };
  host_.Put(kForwarding, 1);
  host_.Put("net/ipv4/conf/ve-web/forwarding", 1);
  const Parameters parameters =
      SetParameters(std::vector{ForwardTo("10.1.0.2:22", true)}, false, view, Record());
  EXPECT_THAT(parameters.set, IsEmpty());
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.conf.ve-web.route_localnet"));
  ASSERT_TRUE(parameters.error);
  EXPECT_EQ(host_.Get(kRouteLocalnet), 0);
}

TEST_F(KernelParametersTest, WhatIsSetIsRecordedWithWhatWasFound) {
  host_.AddInterface("eth0");
  host_.NameInterface(3, "eth0");
  host_.Put("net/ipv4/conf/eth0/forwarding", 1);
  Care({ForwardTo("10.1.0.2:22", true)}, true);
  EXPECT_THAT(Recorded(), ElementsAre("net.ipv4.conf.eth0.forwarding 3 1 1", "net.ipv4.ip_forward 0 0 1",
                                      "net.ipv4.conf.ve-web.route_localnet 2 0 1"))
      << "eth0 forwarded on its own, which is lost when the common switch is put back";
}

TEST_F(KernelParametersTest, WhatTheCommonSwitchWouldChangeIsRecordedToo) {
  host_.Put("net/ipv4/conf/all/accept_redirects", 0);
  host_.AddInterface("eth0");
  host_.NameInterface(3, "eth0");
  host_.Put("net/ipv6/conf/eth0/forwarding", 1);
  host_.Put("net/ipv4/conf/default/forwarding", 1);
  host_.Put("net/ipv6/conf/default/forwarding", 1);
  host_.Put("net/ipv4/conf/lo/forwarding", 1);
  Care({MasqueradeOf("10.0.0.0/8"), MasqueradeOf("fd00::/64")}, true);
  EXPECT_THAT(Recorded(),
              ElementsAre("net.ipv4.conf.default.forwarding 0 1 1", "net.ipv4.conf.lo.forwarding 0 1 1",
                          "net.ipv4.conf.all.accept_redirects 0 0 0", "net.ipv4.ip_forward 0 0 1",
                          "net.ipv6.conf.default.forwarding 0 1 1", "net.ipv6.conf.eth0.forwarding 3 1 1",
                          "net.ipv6.conf.all.forwarding 0 0 1"));
}

TEST_F(KernelParametersTest, WhatCannotBeRecordedIsSetAndThatIsSaid) {
  const std::expected<SysctlRecord, Error> none = std::unexpected(Error{.text = "no place"});
  const Parameters parameters =
      SetParameters(std::vector{MasqueradeOf("10.0.0.0/8")}, false, host_.View(), none);
  EXPECT_THAT(parameters.set, ElementsAre("net.ipv4.ip_forward = 1"));
  EXPECT_THAT(parameters.notes,
              ElementsAre(AllOf(HasSubstr("no place"), HasSubstr("sysctl -w net.ipv4.ip_forward=0"))));
}

TEST_F(KernelParametersTest, WhereARouteWouldBeLostNothingIsSetWithoutConsent) {
  AddUplink();
  const std::vector<Intent> intents = {MasqueradeOf("fd00::/64"), ForwardTo("10.1.0.2:22", true)};
  const Parameters parameters = SetParameters(intents, false, host_.View(), Record());
  EXPECT_THAT(parameters.set, IsEmpty());
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding",
                                              "net.ipv4.conf.ve-web.route_localnet"));
  ASSERT_TRUE(parameters.error);
  EXPECT_EQ(parameters.error->code, ErrorCode::kRefused);
  EXPECT_THAT(parameters.error->text, AllOf(HasSubstr("eth0"), HasSubstr("--accept-ra")));
  EXPECT_EQ(host_.Get(kForwarding), 0);
  EXPECT_EQ(host_.Get("net/ipv6/conf/all/forwarding"), 0);
}

TEST_F(KernelParametersTest, WithConsentAcceptRaIsSetFirst) {
  AddUplink();
  const Parameters parameters =
      SetParameters(std::vector{MasqueradeOf("fd00::/64")}, true, host_.View(), Record());
  EXPECT_FALSE(parameters.error);
  EXPECT_THAT(parameters.set,
              ElementsAre("net.ipv6.conf.eth0.accept_ra = 2", "net.ipv6.conf.all.forwarding = 1"));
  EXPECT_THAT(Recorded(),
              ElementsAre("net.ipv6.conf.eth0.accept_ra 3 1 2", "net.ipv6.conf.all.forwarding 0 0 1"));
}

TEST_F(KernelParametersTest, WhereAdvertisementsAreNotWantedThereIsNothingToConsentTo) {
  AddUplink();
  host_.Put("net/ipv6/conf/eth0/accept_ra", 0);
  const Parameters parameters =
      SetParameters(std::vector{MasqueradeOf("fd00::/64")}, true, host_.View(), Record());
  ASSERT_TRUE(parameters.error);
  EXPECT_THAT(parameters.error->text, HasSubstr("net.ipv6.conf.eth0.accept_ra"));
  EXPECT_EQ(host_.Get("net/ipv6/conf/eth0/accept_ra"), 0);
  EXPECT_EQ(host_.Get("net/ipv6/conf/all/forwarding"), 0);
}

TEST_F(KernelParametersTest, InIpv6LocalhostNeedsARouteThatIsOnlyNamed) {
  host_.Put("net/ipv6/conf/all/forwarding", 1);
  for (const bool set : {false, true}) {
    EXPECT_THAT(Care({ForwardTo("[2001:db8::1]:22", true)}, set).notes,
                ElementsAre(AllOf(HasSubstr("ip -6 route add local ::1/128 dev IFACE table local"),
                                  HasSubstr("2001:db8::1"))));
  }
}

TEST_F(KernelParametersTest, ARouteThatIsThereIsNotNamed) {
  host_.Put("net/ipv6/conf/all/forwarding", 1);
  host_.AddRoute("2001:db8::1", "eth0", 32, true);
  std::ofstream(host_.proc() / "net/ipv6_route")
      << "00000000000000000000000000000001 80 00000000000000000000000000000000 00 "
         "00000000000000000000000000000000 00000400 00000001 00000000 80000001 eth0\n";
  EXPECT_THAT(Care({ForwardTo("[2001:db8::1]:22", true)}, false).notes, IsEmpty());
}

}  // namespace
}  // namespace natplan::cli
