#include "cli/kernel_parameters.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/fake_host.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
    return CareForParameters(intents, set, host_.View());
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
  const Parameters parameters = CareForParameters(std::vector{ForwardTo("10.1.0.2:22", true)}, true, view);
  EXPECT_THAT(parameters.set, IsEmpty());
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.conf.ve-web.route_localnet"));
  ASSERT_TRUE(parameters.error);
  EXPECT_EQ(host_.Get(kRouteLocalnet), 0);
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
