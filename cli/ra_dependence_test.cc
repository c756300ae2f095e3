#include "cli/ra_dependence.h"

#include <fstream>
#include <string>

#include "cli/fake_host.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RaDependent On(const char* interface, int accept_ra) { return {*InterfaceName::Make(interface), accept_ra}; }

class RaDependenceTest : public ::testing::Test {
 protected:
  RaDependenceTest() {
    for (const char* name : {"eth0", "eth1"}) host_.AddInterface(name);
  }
  // A line of net/ipv6_route.
  void AddRoute(const std::string& length, const std::string& flags, const std::string& interface) {
    const std::string none(32, '0');
    std::ofstream(host_.proc() / "net/ipv6_route", std::ios::app)
        << none << " " << length << " " << none << " 00 " << none << " 00000400 00000001 00000000 " << flags
        << " " << interface << "\n";
  }

  FakeHost host_;
};

TEST_F(RaDependenceTest, OnlyRoutesThatTheKernelLearntCount) {
  AddRoute("00", "00000003", "eth0");
  AddRoute("40", "00000001", "eth0");
  EXPECT_THAT(FindRaDependents(host_.proc()).value(), IsEmpty());
  AddRoute("00", "00450003", "eth0");
  AddRoute("40", "00040001", "eth1");
  EXPECT_THAT(FindRaDependents(host_.proc()).value(), ElementsAre(On("eth0", 1), On("eth1", 1)));
}

TEST_F(RaDependenceTest, AnInterfaceThatHearsAdvertisementsAsARouterTooIsNone) {
  AddRoute("00", "00450003", "eth0");
  host_.Put("net/ipv6/conf/eth0/accept_ra", 2);
  EXPECT_THAT(FindRaDependents(host_.proc()).value(), IsEmpty());
}

TEST_F(RaDependenceTest, WhereAdvertisementsAreNotHeardAnyMoreTheDefaultRouteIsStillLost) {
  AddRoute("00", "00450003", "eth0");
  AddRoute("40", "00040001", "eth1");
  host_.Put("net/ipv6/conf/eth0/accept_ra", 0);
  host_.Put("net/ipv6/conf/eth1/accept_ra", 0);
  EXPECT_THAT(FindRaDependents(host_.proc()).value(), ElementsAre(On("eth0", 0)));
}

TEST_F(RaDependenceTest, WhatCannotBeReadIsNotNothing) {
  AddRoute("00", "00450003", "gone0");
  EXPECT_FALSE(FindRaDependents(host_.proc()));
  std::filesystem::remove(host_.proc() / "net/ipv6_route");
  EXPECT_FALSE(FindRaDependents(host_.proc()));
}

}  // namespace
}  // namespace natplan::cli
