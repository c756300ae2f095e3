#include "cli/switched_on.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/fake_host.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

InterfaceName Interface(const char* name) { return InterfaceName::Make(name).value(); }
Address At(const char* text) { return Address::Parse(text).value(); }

const SwitchedOn kWeb = {Sysctl::RouteLocalnet(Interface("ve-web")), 2, 0, 1};

class SwitchedOnTest : public ::testing::Test {
 protected:
  SwitchedOnTest() {
    host_.AddInterface("ve-web");
    host_.NameInterface(2, "ve-web");
    host_.AddRoute("10.1.0.2", "ve-web", 24, true);
    host_.Put("net/ipv4/conf/ve-web/route_localnet", 1);
  }
  FoundOn Find(const std::vector<SwitchedOn>& recorded) {
    std::filesystem::remove_all(host_.proc() / "run");
    SysctlRecord record("record", {host_.proc() / "run"});
    for (const SwitchedOn& one : recorded) EXPECT_TRUE(record.Add(one));
    return FindStillOn(record, host_.View());
  }
  std::vector<std::string> On(const std::vector<SwitchedOn>& recorded) {
    std::vector<std::string> texts;
    for (const StillOn& one : Find(recorded).on) texts.push_back(one.ToString());
    return texts;
  }
  bool NeedsWeb(const std::set<Address>& localhost_targets) {
    return IsNeeded(kWeb.sysctl, {.localhost_targets = localhost_targets}, host_.View());
  }

  FakeHost host_;
};

TEST_F(SwitchedOnTest, WhatSomebodyElseChangedSinceIsNotOursAnyMore) {
  EXPECT_THAT(On({kWeb}), ElementsAre("net.ipv4.conf.ve-web.route_localnet = 1, was 0"));
  host_.Put("net/ipv4/conf/ve-web/route_localnet", 0);
  EXPECT_THAT(On({kWeb}), IsEmpty());
  host_.Put("net/ipv4/conf/ve-web/route_localnet", 2);
  EXPECT_THAT(On({kWeb}), IsEmpty());
}

TEST_F(SwitchedOnTest, AnInterfaceIsFoundByItsIndexUnderItsNewName) {
  host_.AddInterface("web0");
  host_.Put("net/ipv4/conf/web0/route_localnet", 1);
  host_.NameInterface(2, "web0");
  EXPECT_THAT(On({kWeb}), ElementsAre("net.ipv4.conf.web0.route_localnet = 1, was 0"));
}

TEST_F(SwitchedOnTest, AnInterfaceThatIsGoneHasNothingOnWhoeverHasItsNameNow) {
  host_.NameInterface(9, "ve-web");
  EXPECT_THAT(On({kWeb}), IsEmpty());
}

TEST_F(SwitchedOnTest, WhatCannotBeLookedAtIsNotTakenForOff) {
  EXPECT_THAT(Find({kWeb}).unknown, IsEmpty());
  std::ofstream(host_.proc() / "sys/net/ipv4/conf/ve-web/route_localnet") << "moon";
  EXPECT_THAT(Find({kWeb}).unknown,
              ElementsAre(HasSubstr("cannot read net.ipv4.conf.ve-web.route_localnet")));
  std::filesystem::remove(host_.proc() / "sys/net/ipv4/conf/ve-web/route_localnet");
  EXPECT_THAT(Find({kWeb}).unknown, IsEmpty()) << "a kernel that has none";
  std::ofstream(host_.proc() / "run/record") << "moon";
  EXPECT_THAT(FindStillOn(SysctlRecord("record", {host_.proc() / "run"}), host_.View()).unknown,
              ElementsAre(HasSubstr("run/record")));
  EXPECT_THAT(FindStillOn(std::unexpected(Error{.text = "no place"}), host_.View()).unknown,
              ElementsAre("no place"));
}

TEST_F(SwitchedOnTest, AnInterfaceMayHaveAnyNameOfAFolder) {
  for (const char* name : {"conf", "ipv4", "net", "route_localnet"}) {
    host_.AddInterface(name);
    host_.NameInterface(2, name);
    host_.Put("net/ipv4/conf/" + std::string(name) + "/route_localnet", 1);
    EXPECT_THAT(On({{Sysctl::RouteLocalnet(Interface("conf")), 2, 0, 1}}),
                ElementsAre("net.ipv4.conf." + std::string(name) + ".route_localnet = 1, was 0"));
  }
}

TEST_F(SwitchedOnTest, RouteLocalnetIsNeededByATargetBehindItsInterface) {
  EXPECT_FALSE(NeedsWeb({}));
  EXPECT_TRUE(NeedsWeb({At("10.1.0.2")}));
  host_.AddRoute("10.3.0.2", "ve-db", 24, true);
  EXPECT_FALSE(NeedsWeb({At("10.3.0.2")}));
  EXPECT_TRUE(NeedsWeb({At("10.4.0.2")})) << "whose network is not there yet";
}

TEST_F(SwitchedOnTest, ForwardingIsNeededByWhateverIsHeldOfItsFamily) {
  const Sysctl ip = Sysctl::Forwarding(Family::kIp);
  EXPECT_FALSE(IsNeeded(ip, {.families = {Family::kIp6}}, host_.View()));
  EXPECT_TRUE(IsNeeded(ip, {.families = {Family::kIp}}, host_.View()));
  const Sysctl accept_ra = Sysctl::AcceptRa(Interface("eth0"));
  EXPECT_FALSE(IsNeeded(accept_ra, {.families = {Family::kIp}}, host_.View()));
  EXPECT_TRUE(IsNeeded(accept_ra, {.families = {Family::kIp6}}, host_.View()));
}

}  // namespace
}  // namespace natplan::cli
