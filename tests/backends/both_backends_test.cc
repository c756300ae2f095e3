// One suite for both backends: what a caller sees, and what the kernel holds for whom, is the same. Where it
// cannot be, docs/backends.md says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <random>
#include <utility>
#include <vector>

#include "tests/backends/host.h"
#include "tests/support/namespace.h"

namespace natplan::backends_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Lines = std::set<std::string>;

Masquerade Mask(const char* prefix, const char* out_interface = nullptr) {
  const auto name =
      out_interface == nullptr ? std::nullopt : std::optional(InterfaceName::Make(out_interface).value());
  return Masquerade::Make(Prefix::Parse(prefix).value(), name).value();
}
Forward To(int port, const char* target, bool localhost = false, Protocol protocol = Protocol::kTcp) {
  return {protocol, Port::Make(port).value(), Endpoint::Parse(target).value(), localhost};
}

void AddingAndRemovingAreIdempotent(Host& host) {
  Nat nat = host.Open("a");
  EXPECT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8"))->changed);
  EXPECT_FALSE(nat.AddMasquerade(Mask("10.0.0.0/8"))->changed);
  EXPECT_TRUE(nat.AddForward(To(80, "10.0.0.2:80"))->changed);
  EXPECT_FALSE(nat.AddForward(To(80, "10.0.0.2:80"))->changed);
  EXPECT_EQ(host.Mappings(), (Lines{"a masquerade 10.0.0.0/8", "a forward tcp port 80 to 10.0.0.2:80"}));
  EXPECT_TRUE(nat.RemoveForward(To(80, "10.0.0.2:80"))->changed);
  EXPECT_FALSE(nat.RemoveForward(To(80, "10.0.0.2:80"))->changed);
  EXPECT_TRUE(nat.RemoveMasquerade(Mask("10.0.0.0/8"))->changed);
  EXPECT_FALSE(nat.RemoveMasquerade(Mask("10.0.0.0/8"))->changed);
  EXPECT_THAT(host.Mappings(), IsEmpty());
}

void EqualAndNestedPrefixesOfTwoOwnersStayUntilTheLastGoes(Host& host) {
  Nat a = host.Open("a");
  Nat b = host.Open("b");
  ASSERT_TRUE(a.Apply({Mask("10.0.0.0/16"), Mask("10.0.0.0/8")}));
  ASSERT_TRUE(b.Apply({Mask("10.0.0.0/8"), Mask("10.0.0.0/24")}));
  ASSERT_TRUE(a.RemoveMasquerade(Mask("10.0.0.0/8")));
  EXPECT_THAT(host.Mappings(),
              ElementsAre("a masquerade 10.0.0.0/16", "b masquerade 10.0.0.0/24", "b masquerade 10.0.0.0/8"));
  ASSERT_TRUE(b.Apply({}));
  EXPECT_THAT(host.Mappings(), ElementsAre("a masquerade 10.0.0.0/16"));
}

void ASecondOwnerOfAPortIsToldWhoHoldsItAndChangesNothing(Host& host) {
  Nat a = host.Open("a");
  Nat b = host.Open("b");
  ASSERT_TRUE(a.AddForward(To(80, "10.0.0.2:80")));
  for (const Result& result : {b.AddForward(To(80, "10.0.0.3:80")),
                               b.Apply({Mask("10.0.0.0/8"), To(81, "10.0.0.3:81"), To(80, "10.0.0.3:80")})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_EQ(result.error().errno_value, EEXIST);
    const std::string said = ToString(result.error());
    EXPECT_THAT(said, HasSubstr("\"a\""));
    EXPECT_THAT(said, HasSubstr("10.0.0.2"));
    EXPECT_THAT(said, HasSubstr("10.0.0.3"));
  }
  // A removal takes nobody else's.
  ASSERT_TRUE(b.RemoveForward(To(80, "10.0.0.2:80")));
  EXPECT_THAT(host.Mappings(), ElementsAre("a forward tcp port 80 to 10.0.0.2:80"));
}

void AReplacedTargetIsTheOnlyOne(Host& host) {
  Nat nat = host.Open("a");
  ASSERT_TRUE(nat.AddForward(To(80, "10.0.0.2:80")));
  ASSERT_TRUE(nat.AddForward(To(80, "10.0.0.3:80")));
  ASSERT_TRUE(nat.AddForward(To(80, "10.0.0.3:8080", true)));
  EXPECT_THAT(host.Mappings(), ElementsAre("a forward tcp port 80 to 10.0.0.3:8080 localhost"));
  ASSERT_TRUE(nat.AddForward(To(80, "10.0.0.3:8080")));
  EXPECT_THAT(host.Mappings(), ElementsAre("a forward tcp port 80 to 10.0.0.3:8080"));
}

void ProtocolsAndFamiliesAreIndependent(Host& host) {
  Nat nat = host.Open("a");
  ASSERT_TRUE(
      nat.Apply({To(80, "10.0.0.2:1"), To(80, "10.0.0.2:2", false, Protocol::kUdp),
                 To(80, "10.0.0.2:3", false, Protocol::kSctp), To(80, "[fd00::2]:4"), Mask("fd00::/64")}));
  EXPECT_THAT(
      host.Mappings(),
      UnorderedElementsAre("a forward tcp port 80 to 10.0.0.2:1", "a forward udp port 80 to 10.0.0.2:2",
                           "a forward sctp port 80 to 10.0.0.2:3", "a forward tcp port 80 to [fd00::2]:4",
                           "a masquerade fd00::/64"));
  ASSERT_TRUE(nat.RemoveForward(To(80, "10.0.0.2:2", false, Protocol::kUdp)));
  EXPECT_EQ(host.Mappings().size(), 4U);
}

void AnInterfaceIsPartOfTheWish(Host& host) {
  Nat nat = host.Open("a");
  ASSERT_TRUE(nat.Apply({Mask("10.0.0.0/8"), Mask("10.0.0.0/8", "eth0"), Mask("0.0.0.0/0", "eth1")}));
  EXPECT_THAT(host.Mappings(),
              UnorderedElementsAre("a masquerade 10.0.0.0/8", "a masquerade 10.0.0.0/8 out eth0",
                                   "a masquerade 0.0.0.0/0 out eth1"));
  ASSERT_TRUE(nat.RemoveMasquerade(Mask("10.0.0.0/8", "eth0")));
  EXPECT_THAT(host.Mappings(),
              UnorderedElementsAre("a masquerade 10.0.0.0/8", "a masquerade 0.0.0.0/0 out eth1"));
}

void ApplyReplacesItsOwnersIntentsAlone(Host& host) {
  ASSERT_TRUE(host.Open("a").Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}));
  ASSERT_TRUE(host.Open("b").Apply({Mask("10.0.0.0/8"), To(81, "10.0.0.2:81")}));
  // Another process of the same name.
  ASSERT_TRUE(host.Open("a").Apply({To(82, "10.0.0.2:82")}));
  EXPECT_THAT(host.Mappings(),
              ElementsAre("a forward tcp port 82 to 10.0.0.2:82", "b forward tcp port 81 to 10.0.0.2:81",
                          "b masquerade 10.0.0.0/8"));
  EXPECT_FALSE(host.Open("a").Apply({To(82, "10.0.0.2:82")})->changed);
}

void ARestartAdoptsOrResets(Host& host) {
  ASSERT_TRUE(host.Open("a").Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}));
  ASSERT_TRUE(host.Open("b").AddForward(To(81, "10.0.0.2:81")));
  ASSERT_TRUE(host.Open("a").AddForward(To(82, "10.0.0.2:82")));
  EXPECT_EQ(host.Mappings().size(), 4U);
  ASSERT_TRUE(host.Open("a", Scope::kOwn, Inheritance::kReset).AddForward(To(83, "10.0.0.2:83")));
  EXPECT_THAT(host.Mappings(),
              ElementsAre("a forward tcp port 83 to 10.0.0.2:83", "b forward tcp port 81 to 10.0.0.2:81"));
}

void WhatWasTakenAwayComesBackWithAnyCall(Host& host) {
  Nat nat = host.Open("a");
  ASSERT_TRUE(nat.Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80", true), Mask("fd00::/64")}));
  Lines all = host.Mappings();
  host.Flush();
  EXPECT_THAT(host.Mappings(), IsEmpty());
  ASSERT_TRUE(nat.AddForward(To(81, "10.0.0.2:81")));
  all.insert("a forward tcp port 81 to 10.0.0.2:81");
  EXPECT_EQ(host.Mappings(), all);
}

void AHeldPortThatSomebodyTookIsLostAndComesBack(Host& host) {
  Nat a = host.Open("a");
  Nat b = host.Open("b");
  ASSERT_TRUE(a.AddForward(To(80, "10.0.0.2:80")));
  host.Flush();
  ASSERT_TRUE(b.AddForward(To(80, "10.0.0.3:80")));
  const Result result = a.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
  EXPECT_THAT(ToString(result->lost[0]), HasSubstr("\"b\""));
  EXPECT_THAT(host.Mappings(),
              ElementsAre("a masquerade 10.0.0.0/8", "b forward tcp port 80 to 10.0.0.3:80"));
  ASSERT_TRUE(b.RemoveForward(To(80, "10.0.0.3:80")));
  ASSERT_TRUE(a.AddMasquerade(Mask("10.1.0.0/16")));
  EXPECT_EQ(host.Mappings().count("a forward tcp port 80 to 10.0.0.2:80"), 1U);
}

void ExclusiveRemovesWhatOthersWant(Host& host) {
  ASSERT_TRUE(host.Open("b").Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.3:80")}));
  ASSERT_TRUE(host.Open("a", Scope::kExclusive).Apply({To(80, "10.0.0.2:80")}));
  EXPECT_THAT(host.Mappings(), ElementsAre("a forward tcp port 80 to 10.0.0.2:80"));
}

void APreviewChangesNothing(Host& host) {
  Nat nat = host.Open("a");
  ASSERT_TRUE(nat.Apply({Mask("10.0.0.0/8")}));
  const Result result = nat.Preview({To(80, "10.0.0.2:80")});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->changed);
  EXPECT_FALSE(result->transaction.operations.empty() && result->iptables[Family::kIp].empty());
  EXPECT_THAT(host.Mappings(), ElementsAre("a masquerade 10.0.0.0/8"));
  EXPECT_EQ(nat.desired().forwards().size(), 0U);
}

struct Scenario {
  const char* name;
  void (*run)(Host&);
};
const Scenario kScenarios[] = {
    {"AddingAndRemovingAreIdempotent", AddingAndRemovingAreIdempotent},
    {"EqualAndNestedPrefixesOfTwoOwnersStayUntilTheLastGoes",
     EqualAndNestedPrefixesOfTwoOwnersStayUntilTheLastGoes},
    {"ASecondOwnerOfAPortIsToldWhoHoldsItAndChangesNothing",
     ASecondOwnerOfAPortIsToldWhoHoldsItAndChangesNothing},
    {"AReplacedTargetIsTheOnlyOne", AReplacedTargetIsTheOnlyOne},
    {"ProtocolsAndFamiliesAreIndependent", ProtocolsAndFamiliesAreIndependent},
    {"AnInterfaceIsPartOfTheWish", AnInterfaceIsPartOfTheWish},
    {"ApplyReplacesItsOwnersIntentsAlone", ApplyReplacesItsOwnersIntentsAlone},
    {"ARestartAdoptsOrResets", ARestartAdoptsOrResets},
    {"WhatWasTakenAwayComesBackWithAnyCall", WhatWasTakenAwayComesBackWithAnyCall},
    {"AHeldPortThatSomebodyTookIsLostAndComesBack", AHeldPortThatSomebodyTookIsLostAndComesBack},
    {"ExclusiveRemovesWhatOthersWant", ExclusiveRemovesWhatOthersWant},
    {"APreviewChangesNothing", APreviewChangesNothing},
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

class BothBackends : public ::testing::TestWithParam<Scenario> {};

TEST_P(BothBackends, SimulatedNftables) { GetParam().run(*SimulatedNftables()); }
TEST_P(BothBackends, SimulatedIptables) { GetParam().run(*SimulatedIptables()); }
TEST_P(BothBackends, LiveNftables) {
  natplan::testing::RunInNamespaceOrSkip([] { GetParam().run(*LiveNftables()); });
}
TEST_P(BothBackends, LiveIptables) {
  natplan::testing::RunInNamespaceOrSkip([] { GetParam().run(*LiveIptables()); });
}

INSTANTIATE_TEST_SUITE_P(Scenarios, BothBackends, ::testing::ValuesIn(kScenarios),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

// The same random wishes of three owners lead both backends to the same answers and the same mappings.
TEST(BothBackendsTest, RandomWishesComeToTheSameMappings) {
  constexpr const char* kPrefixes[] = {"10.0.0.0/8",    "10.0.0.0/16", "10.0.0.0/24",
                                       "172.16.0.0/12", "fd00::/8",    "fd00::/64"};
  constexpr const char* kTargets[] = {"10.0.0.2:80", "10.0.0.3:80", "[fd00::2]:80"};
  constexpr const char* kOwners[] = {"a", "b", "c"};
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const auto nftables = SimulatedNftables();
    const auto iptables = SimulatedIptables();
    std::vector<std::pair<Nat, Nat>> contexts;
    for (const char* owner : kOwners) contexts.emplace_back(nftables->Open(owner), iptables->Open(owner));
    for (int step = 0; step < 30; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      const std::size_t who = random() % std::size(kOwners);
      std::vector<Edit> edits;
      for (std::uint32_t i = 0; i <= random() % 2; ++i) {
        const auto kind = random() % 3 == 0 ? Edit::Kind::kRemove : Edit::Kind::kAdd;
        const char* by = random() % 3 == 0 ? "eth0" : nullptr;
        Intent intent = Mask(kPrefixes[random() % std::size(kPrefixes)], by);
        if (random() % 2 == 0) {
          const int port = static_cast<int>(80 + random() % 3);
          intent = To(port, kTargets[random() % std::size(kTargets)], random() % 3 == 0);
        }
        edits.push_back({kind, Owner::Make(kOwners[who]).value(), intent});
      }
      if (random() % 12 == 0) {
        nftables->Flush();
        iptables->Flush();
      }
      const Result one = contexts[who].first.Change(edits);
      const Result other = contexts[who].second.Change(edits);
      ASSERT_EQ(one.has_value(), other.has_value())
          << (one ? "nftables took it" : ToString(one.error())) << "; "
          << (other ? "iptables took it" : ToString(other.error()));
      if (one) {
        ASSERT_EQ(one->lost.size(), other->lost.size());
      } else {
        ASSERT_EQ(one.error().code, other.error().code);
      }
      ASSERT_EQ(nftables->Mappings(), iptables->Mappings());
    }
  }
}

}  // namespace
}  // namespace natplan::backends_test
