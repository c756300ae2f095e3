#include "core/plan/held_elsewhere.h"

#include <gtest/gtest.h>

#include <vector>

namespace natplan {
namespace {

const Owner kWeb = *Owner::Make("web");
const Owner kZ = *Owner::Make("z");

Forward To(int port, const char* target, Protocol protocol = Protocol::kTcp) {
  return {protocol, *Port::Make(port), *Endpoint::Parse(target)};
}

HeldElsewhere HeldByWeb(const std::set<Owner>& leaving = {}) {
  const std::vector<OwnedIntent> intents = {{kWeb, *Masquerade::Make(*Prefix::Parse("10.0.0.0/8"))},
                                            {kWeb, To(80, "10.0.0.2:80")}};
  HeldElsewhere held("iptables", "iptables");
  held.Add(intents, leaving);
  return held;
}

TEST(HeldElsewhereTest, AConflictNamesTheHolderBothTargetsThePlaceAndTheCure) {
  const auto error = HeldByWeb().WhyTaken({kZ, To(80, "10.0.0.3:80")});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kConflict);
  EXPECT_EQ(error->ours, "forward tcp port 80 to 10.0.0.3:80 (owner \"z\")");
  EXPECT_EQ(error->theirs, "forward tcp port 80 to 10.0.0.2:80 (owner \"web\") in iptables");
  EXPECT_NE(error->text.find("natplan forget --owner \"web\" --backend iptables"), std::string::npos)
      << error->text;
}

TEST(HeldElsewhereTest, OtherPortsProtocolsAndFamiliesAreFree) {
  const HeldElsewhere held = HeldByWeb();
  for (const Forward& forward :
       {To(81, "10.0.0.3:80"), To(80, "10.0.0.3:80", Protocol::kUdp), To(80, "[fd00::3]:80")})
    EXPECT_FALSE(held.WhyTaken({kZ, forward}));
  EXPECT_FALSE(held.WhyTaken({kZ, *Masquerade::Make(*Prefix::Parse("10.0.0.0/8"))}));
}

TEST(HeldElsewhereTest, WhatLeavesStandsInNobodysWay) {
  EXPECT_FALSE(HeldByWeb({kWeb}).WhyTaken({kZ, To(80, "10.0.0.3:80")}));
}

TEST(HeldElsewhereTest, AnElementOfNobodyIsInTheWayAndNftDeletesIt) {
  const Forward theirs = To(80, "10.0.0.2:80");
  FamilyView view;
  view.forwards.entries = {{theirs.key(), {.to = theirs.to}}};
  HeldElsewhere held("nf_tables", "nftables");
  held.Add(view, {kZ});
  const auto error = held.WhyTaken({kZ, theirs});
  ASSERT_TRUE(error);
  EXPECT_NE(error->text.find("nft delete element ip natplan map_port_ipport { tcp . 80 : 10.0.0.2 . 80 }"),
            std::string::npos)
      << error->text;
}

TEST(HeldElsewhereTest, OfARequestThatIsTakenOutWhichItCannotHave) {
  const HeldElsewhere held = HeldByWeb();
  Request edits{.edits = {{Edit::Kind::kAdd, kZ, To(80, "10.0.0.3:80")},
                          {Edit::Kind::kAdd, kZ, To(81, "10.0.0.3:81")},
                          {Edit::Kind::kRemove, kZ, To(80, "10.0.0.3:80")}}};
  EXPECT_EQ(held.TakeFrom(edits).size(), 1U);
  EXPECT_EQ(edits.edits.size(), 2U);
  Request all{.replaced = kZ, .intents = {To(80, "10.0.0.3:80"), To(81, "10.0.0.3:81")}};
  EXPECT_EQ(held.TakeFrom(all).size(), 1U);
  EXPECT_EQ(all.intents, (std::vector<Intent>{To(81, "10.0.0.3:81")}));
}

}  // namespace
}  // namespace natplan
