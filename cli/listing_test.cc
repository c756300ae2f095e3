#include "cli/listing.h"

#include <string>
#include <vector>

#include "cli/test_table.h"
#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Owner kA = Owner::Make("a").value();
const Owner kB = Owner::Make("b").value();

Prefix P(const char* text) { return Prefix::Parse(text).value(); }

void AddRange(TableSnapshot& table, const char* prefix) {
  const Element range = ToElement(P(prefix));
  table.sets[0].elements.push_back({.kind = ElementKind::kStart, .key = range.key});
  table.sets[0].elements.push_back({.kind = ElementKind::kEnd, .key = range.end});
}
void AddEntry(TableSnapshot& table, const char* prefix, const Owner& owner) {
  table.sets[2].elements.push_back(ToElement(LedgerEntry{P(prefix), owner.hash()}, owner));
}
void AddForward(SetSnapshot& map, int port, const char* to, const std::string& owner) {
  map.elements.push_back(ToElement(
      MapEntry{{Family::kIp, Protocol::kTcp, Port::Make(port).value()}, Endpoint::Parse(to).value(), owner}));
}

std::vector<std::string> Masquerades(const FamilyListing& listing) {
  std::vector<std::string> out;
  for (const MasqueradeListing& one : listing.masquerades) {
    std::string line = one.source + " " + one.out_interface;
    for (const std::string& owner : one.owners) line += " " + owner;
    out.push_back(line);
  }
  return out;
}

TEST(ListingTest, EachPrefixHasItsOwnersAlsoOneThatAWiderOneContains) {
  TableSnapshot table = WholeTable();
  AddRange(table, "10.0.0.0/8");
  AddEntry(table, "10.1.0.0/16", kA);
  AddEntry(table, "10.0.0.0/8", kB);
  AddEntry(table, "10.0.0.0/8", kA);
  const FamilyListing listing = ListingOf({}, table);
  EXPECT_THAT(listing.ranges, ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(Masquerades(listing), ElementsAre("10.0.0.0/8  a b", "10.1.0.0/16  a"));
  EXPECT_THAT(listing.unowned, IsEmpty());
  EXPECT_THAT(listing.repair, IsEmpty());
  EXPECT_THAT(OwnersIn({listing}), ElementsAre("a", "b"));
}

TEST(ListingTest, AMasqueradeByAnInterfaceIsALineOfItsOwn) {
  TableSnapshot table = WholeTable();
  const RulePlan rule =
      ToRule({kA, Masquerade::Make(P("0.0.0.0/0"), InterfaceName::Make("eth0").value()).value()});
  table.chains[2].rules.push_back({.expressions = rule.expressions, .comment = rule.comment});
  const FamilyListing listing = ListingOf({}, table);
  EXPECT_THAT(Masquerades(listing), ElementsAre("0.0.0.0/0 eth0 a"));
  EXPECT_THAT(listing.ranges, IsEmpty());
  EXPECT_THAT(listing.foreign, IsEmpty());
  EXPECT_THAT(listing.repair, IsEmpty());
}

TEST(ListingTest, AForwardHasItsOwnerAndSaysWhetherLocalhostReachesIt) {
  TableSnapshot table = WholeTable();
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "a");
  AddForward(table.sets[1], 81, "192.0.2.1:8081", "b");
  table.sets.push_back({.name = kLocalhostMap, .shape = ForwardShape(Family::kIp)});
  AddForward(table.sets[3], 81, "192.0.2.1:8081", "b");
  table.chains.push_back(ToSnapshot(*LoopbackGuard(Family::kIp)));
  for (const RulePlan& rule : LocalhostRules(Family::kIp)) {
    for (ChainSnapshot& chain : table.chains) {
      if (chain.name == rule.chain) chain.rules.push_back({.expressions = rule.expressions});
    }
  }
  const FamilyListing listing = ListingOf({}, table);
  ASSERT_EQ(listing.forwards.size(), 2U);
  EXPECT_EQ(listing.forwards[0].owner, "a");
  EXPECT_FALSE(listing.forwards[0].localhost);
  EXPECT_EQ(listing.forwards[1].owner, "b");
  EXPECT_TRUE(listing.forwards[1].localhost);
  EXPECT_THAT(listing.repair, IsEmpty());
}

TEST(ListingTest, WhatNobodyIsRecordedForIsUnowned) {
  TableSnapshot table = WholeTable();
  AddRange(table, "172.16.0.0/12");
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "");
  EXPECT_THAT(ListingOf({}, table).unowned, ElementsAre("172.16.0.0/12", "tcp 80 -> 192.0.2.1:8080"));
}

TEST(ListingTest, InAnotherProgramsTableNobodyOwnsAnything) {
  TableSnapshot table = WholeTable();
  table.id.name = "io.systemd.nat";
  table.sets.pop_back();
  AddRange(table, "172.16.0.0/12");
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "a");
  const FamilyListing listing = ListingOf({"io.systemd.nat"}, table);
  EXPECT_THAT(Masquerades(listing), ElementsAre("172.16.0.0/12 "));
  ASSERT_EQ(listing.forwards.size(), 1U);
  EXPECT_EQ(listing.forwards[0].owner, "");
  EXPECT_THAT(listing.unowned, IsEmpty());
  EXPECT_THAT(OwnersIn({listing}), IsEmpty());
}

TEST(ListingTest, AnEntryOfTheLedgerWithoutItsElementIsToBeRepaired) {
  TableSnapshot table = WholeTable();
  AddRange(table, "192.0.2.0/25");
  AddEntry(table, "10.0.0.0/8", kA);
  AddEntry(table, "192.0.2.0/24", kA);
  EXPECT_THAT(ListingOf({}, table).repair, ElementsAre("10.0.0.0/8 is wanted and not in masq_saddr",
                                                       "192.0.2.0/24 is wanted and not in masq_saddr"));
}

TEST(ListingTest, WhatIsNotNatplansInTheLedgerIsShownWithTheReason) {
  TableSnapshot table = WholeTable();
  AddEntry(table, "10.0.0.0/8", kA);
  table.sets[2].elements[0].comment = "b";
  EXPECT_THAT(ListingOf({}, table).ledger, ElementsAre(HasSubstr("10.0.0.0 . 8 . ")));
}

TEST(ListingTest, WhatApplyRefusesIsNotSaidToBeRepairedByIt) {
  TableSnapshot table = WholeTable();
  table.sets[0].shape.interval = false;
  const FamilyListing listing = ListingOf({}, table);
  EXPECT_THAT(listing.refused, ElementsAre(HasSubstr("has another layout")));
  EXPECT_THAT(listing.repair, IsEmpty());
  EXPECT_EQ(OnlyOf("a", listing).refused, listing.refused) << "what is in there may be this owner's";
}

TEST(ListingTest, ATableOfAnotherSocketIsOneThatApplyRefuses) {
  TableSnapshot table = WholeTable();
  table.owner_port = 4711;
  EXPECT_THAT(ListingOf({}, table).refused, ElementsAre(HasSubstr("is owned by another program's socket")));
}

TEST(ListingTest, ATableWithoutItsCommentIsToBeMadeAgain) {
  TableSnapshot table = WholeTable();
  table.comment.clear();
  EXPECT_THAT(ListingOf({}, table).repair, ElementsAre("the table has no comment \"natplan layout 2\""));
}

TEST(ListingTest, OneOwnersListingHasNothingOfOthers) {
  TableSnapshot table = WholeTable();
  AddRange(table, "10.0.0.0/8");
  AddRange(table, "172.16.0.0/12");
  AddEntry(table, "10.0.0.0/8", kA);
  AddEntry(table, "10.0.0.0/8", kB);
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "a");
  const FamilyListing listing = OnlyOf("b", ListingOf({}, table));
  EXPECT_THAT(Masquerades(listing), ElementsAre("10.0.0.0/8  b"));
  EXPECT_THAT(listing.ranges, ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(listing.forwards, IsEmpty());
  EXPECT_THAT(listing.unowned, IsEmpty());
}

TEST(ListingTest, RulesOfIptablesAreListedByFamily) {
  const std::vector<OwnedIntent> intents = {
      {kA, Masquerade::Make(P("fd00::/64")).value()},
      {kB, Masquerade::Make(P("fd00::/64")).value()},
      {kA, Forward{Protocol::kUdp, Port::Make(53).value(), Endpoint::Parse("[fd00::1]:53").value(), true}}};
  const std::vector<FamilyListing> listings = ListingsOf(intents);
  ASSERT_EQ(listings.size(), 1U);
  EXPECT_EQ(listings[0].family, Family::kIp6);
  EXPECT_THAT(Masquerades(listings[0]), ElementsAre("fd00::/64  a b"));
  ASSERT_EQ(listings[0].forwards.size(), 1U);
  EXPECT_TRUE(listings[0].forwards[0].localhost);
}

TEST(ListingTest, ARuleThatNatplanDoesNotMakeIsListedAlsoAlone) {
  PerFamily<std::vector<std::string>> foreign;
  foreign[Family::kIp] = {"iptables -t nat -A INPUT -j RETURN"};
  const std::vector<FamilyListing> listings = ListingsOf({}, foreign);
  ASSERT_EQ(listings.size(), 1U);
  EXPECT_EQ(listings[0].family, Family::kIp);
  EXPECT_THAT(listings[0].foreign, ElementsAre("iptables -t nat -A INPUT -j RETURN"));
}

TEST(ListingTest, AnElementOfNobodyIsListedWithItsComment) {
  TableSnapshot table = WholeTable();
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "mine\n\x1b[31m");
  EXPECT_THAT(ListingOf({}, table).unowned,
              ElementsAre(R"(tcp 80 -> 192.0.2.1:8080 comment "mine\x0a\x1b[31m")"));
}

TEST(ListingTest, JsonHasEverything) {
  TableSnapshot table = WholeTable();
  AddRange(table, "10.0.0.0/8");
  AddEntry(table, "10.0.0.0/8", kA);
  AddForward(table.sets[1], 80, "192.0.2.1:8080", "a");
  EXPECT_EQ(
      ToJson(ListingOf({}, table)).dump(),
      R"({"family":"ip","masquerade":["10.0.0.0/8"],)"
      R"("masquerade_owners":[{"source":"10.0.0.0/8","out_interface":"","owners":["a"]}],)"
      R"("forward":[{"protocol":"tcp","host_port":80,"to":"192.0.2.1:8080","owner":"a","localhost":false}],)"
      R"("unowned":[],"foreign":[],"ledger":[],"refused":[],"repair":[]})");
}

}  // namespace
}  // namespace natplan::cli
