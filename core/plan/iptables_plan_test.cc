#include "core/plan/iptables_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <vector>

#include "core/plan/test_nat_table.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

using Text = std::vector<std::string>;

const RuleTag kTag = *RuleTag::Make("natplan");
const Owner kA = *Owner::Make("a");
const Owner kB = *Owner::Make("b");

OwnedIntent Masq(const Owner& owner, const char* prefix) {
  return {owner, *Masquerade::Make(*Prefix::Parse(prefix))};
}

OwnedIntent Forwarded(const Owner& owner, int port, const char* to, bool localhost = false) {
  return {owner, Forward{Protocol::kTcp, *Port::Make(port), *Endpoint::Parse(to), localhost}};
}

// The tables of a host.
struct FakeNat {
  PerFamily<std::vector<std::string>> rules = {};  // "CHAIN SPEC", "-t raw CHAIN SPEC"

  void Take(Family family, const Text& lines) {
    for (const std::string& line : lines) ASSERT_TRUE(TakeLine(rules[family], line)) << line;
  }

  IptablesSnapshot Read() const {
    IptablesSnapshot snapshot;
    for (const Family family : kFamilies)
      snapshot.nat[family] = *ReadSavedRules(family, SavedText(rules[family]));
    return snapshot;
  }

  IptablesPlan Apply(const IptablesWish& wish) {
    IptablesPlan plan = PlanIptables(Read(), wish, kTag);
    for (const Family family : kFamilies) Take(family, plan.lines[family]);
    return plan;
  }
};

bool IsEmpty(const IptablesPlan& plan) {
  return plan.lines[Family::kIp].empty() && plan.lines[Family::kIp6].empty();
}

TEST(PlanIptables, InsertsAtTheTopSoThatTheOrderIsThatOfTheWish) {
  const auto plan = PlanIptables(
      FakeNat{}.Read(), {.intents = {Masq(kA, "10.0.0.0/8"), Masq(kA, "fd00::/64"), Masq(kA, "10.1.0.0/16")}},
      kTag);
  EXPECT_EQ(
      plan.lines[Family::kIp],
      (Text{"-I POSTROUTING 1 -s 10.1.0.0/16 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
            "-I POSTROUTING 1 -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE"}));
  EXPECT_EQ(plan.lines[Family::kIp6],
            Text{"-I POSTROUTING 1 -s fd00::/64 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE"});
}

TEST(PlanIptables, ASecondApplyHasNothingToDo) {
  FakeNat nat;
  const IptablesWish wish{.intents = {Masq(kA, "10.0.0.0/8"), Forwarded(kA, 80, "10.0.0.2:80", true),
                                      Forwarded(kB, 81, "[fd00::2]:80")}};
  EXPECT_FALSE(IsEmpty(nat.Apply(wish)));
  EXPECT_TRUE(IsEmpty(nat.Apply(wish)));
}

TEST(PlanIptables, LeavesForeignRulesAndOtherOwners) {
  FakeNat nat;
  const Text foreign = {"POSTROUTING -s 10.0.0.0/8 -j MASQUERADE",
                        "POSTROUTING -s 10.0.0.0/8 -m comment --comment natplan:other:a -j MASQUERADE"};
  nat.rules[Family::kIp] = foreign;
  (void)nat.Apply({.intents = {Masq(kB, "10.0.0.0/8")}});
  (void)nat.Apply({.intents = {Masq(kA, "10.0.0.0/8"), Forwarded(kA, 80, "10.0.0.2:80")}});
  EXPECT_EQ(nat.rules[Family::kIp].size(), 6U);
  (void)nat.Apply({.mine = {kA}});
  EXPECT_EQ(nat.rules[Family::kIp],
            (Text{"POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:b\" -j MASQUERADE",
                  foreign[0], foreign[1]}));
}

TEST(PlanIptables, ACommentOfSeveralLinesIsShownInOne) {
  IptablesSnapshot snapshot;
  snapshot.nat[Family::kIp] = *ReadSavedRules(
      Family::kIp,
      "*nat\n-A PREROUTING -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -m comment --comment "
      "\"a\nnatplan: b\" -j DNAT --to-destination 10.9.9.9:80\nCOMMIT\n");
  const auto plan = PlanIptables(snapshot, {.intents = {Forwarded(kA, 80, "10.0.0.2:80")}}, kTag);
  ASSERT_EQ(plan.conflicts.size(), 1U);
  EXPECT_NE(plan.conflicts[0].error.text.find("a\\x0anatplan: b"), std::string::npos)
      << plan.conflicts[0].error.text;
  EXPECT_NE(plan.conflicts[0].error.theirs.find("a\\x0anatplan: b"), std::string::npos);
}

TEST(PlanIptables, ReplacesATargetInOneTransaction) {
  FakeNat nat;
  (void)nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80")}});
  const auto plan = nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.3:81")}});
  EXPECT_EQ(plan.lines[Family::kIp].size(), 4U);
  EXPECT_EQ(IntentsOf(nat.Read(), kTag), (std::vector{Forwarded(kA, 80, "10.0.0.3:81")}));
  EXPECT_EQ(nat.rules[Family::kIp].size(), 2U);
}

TEST(PlanIptables, TakesLocalhostBackAndLeavesARuleThatAnotherForwardNeeds) {
  FakeNat nat;
  (void)nat.Apply(
      {.intents = {Forwarded(kA, 80, "10.0.0.2:80", true), Forwarded(kA, 81, "10.0.0.2:80", true)}});
  EXPECT_EQ(nat.rules[Family::kIp].size(), 7U);
  (void)nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80"), Forwarded(kA, 81, "10.0.0.2:80", true)}});
  EXPECT_EQ(nat.rules[Family::kIp].size(), 7U);
  (void)nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80"), Forwarded(kA, 81, "10.0.0.2:80")}});
  EXPECT_EQ(nat.rules[Family::kIp].size(), 4U);
}

const Text kGuard = {
    "-t raw PREROUTING -d 127.0.0.0/8 ! -i lo -m comment --comment \"natplan:natplan:a\" -j DROP",
    "-t raw PREROUTING -s 127.0.0.0/8 ! -i lo -m comment --comment \"natplan:natplan:a\" -j DROP"};

Text InRaw(const FakeNat& nat) {
  Text out;
  std::ranges::copy_if(nat.rules[Family::kIp], std::back_inserter(out),
                       [](const std::string& rule) { return rule.starts_with(kInRaw); });
  return out;
}

TEST(PlanIptables, GuardsLoopbackAsLongAsTheOwnerWantsLocalhost) {
  FakeNat nat;
  const OwnedIntent local = Forwarded(kA, 80, "10.0.0.2:80", true);
  (void)nat.Apply(
      {.intents = {local, Forwarded(kB, 81, "10.0.0.2:80"), Forwarded(kB, 82, "[fd00::2]:80", true)}});
  EXPECT_EQ(InRaw(nat), kGuard);
  EXPECT_EQ(IntentsOf(nat.Read(), kTag).size(), 3U);
  // What somebody took away comes back.
  std::erase(nat.rules[Family::kIp], kGuard[1]);
  (void)nat.Apply({.intents = {local}});
  EXPECT_EQ(InRaw(nat).size(), 2U);
  // A rule of another program is none of ours, and stays.
  const std::string foreign = "-t raw PREROUTING -d 127.0.0.0/8 ! -i lo -j DROP";
  nat.rules[Family::kIp].push_back(foreign);
  const auto plan = nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80")}});
  EXPECT_TRUE(plan.foreign[Family::kIp].empty());
  EXPECT_EQ(InRaw(nat), Text{foreign});
}

TEST(PlanIptables, RemovesSecondCopiesOfItsOwn) {
  FakeNat nat;
  (void)nat.Apply({.intents = {Masq(kA, "10.0.0.0/8"), Masq(kB, "10.0.0.0/8")}});
  const Text copies = nat.rules[Family::kIp];
  nat.rules[Family::kIp].insert(nat.rules[Family::kIp].end(), copies.begin(), copies.end());
  const auto plan = nat.Apply({.intents = {Masq(kA, "10.0.0.0/8")}});
  EXPECT_EQ(plan.lines[Family::kIp],
            Text{"-D POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE"});
  EXPECT_EQ(nat.rules[Family::kIp].size(), 3U);
}

TEST(PlanIptables, PutsBackTheHalfThatIsMissing) {
  FakeNat nat;
  const IptablesWish wish{.intents = {Forwarded(kA, 80, "10.0.0.2:80")}};
  (void)nat.Apply(wish);
  for (std::size_t missing = 0; missing < 2; ++missing) {
    FakeNat half = nat;
    half.rules[Family::kIp].erase(half.rules[Family::kIp].begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_EQ(IntentsOf(half.Read(), kTag), wish.intents);
    EXPECT_EQ(half.Apply(wish).lines[Family::kIp].size(), 1U);
    EXPECT_EQ(half.rules[Family::kIp].size(), 2U);
  }
}

TEST(PlanIptables, WhereTheTwoChainsDifferTheTargetOfPreroutingCounts) {
  FakeNat nat;
  (void)nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80")}});
  const std::string prerouting = nat.rules[Family::kIp][0];
  (void)nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.3:80", true)}});
  nat.rules[Family::kIp][0] = prerouting;
  EXPECT_EQ(IntentsOf(nat.Read(), kTag), (std::vector{Forwarded(kA, 80, "10.0.0.2:80")}));
}

TEST(PlanIptables, TheHolderOfAPortIsAConflictAndTheRestIsPlanned) {
  FakeNat nat;
  (void)nat.Apply({.intents = {Forwarded(kB, 80, "10.0.0.2:80")}});
  const auto before = nat.rules;
  const OwnedIntent ours = Forwarded(kA, 80, "10.0.0.3:80");
  const auto plan = nat.Apply(
      {.intents = {ours, Masq(kA, "10.0.0.0/8")}, .edited = {std::get<Forward>(ours.intent).key()}});
  ASSERT_EQ(plan.conflicts.size(), 1U);
  EXPECT_TRUE(plan.conflicts[0].edited);
  const Error& error = plan.conflicts[0].error;
  EXPECT_EQ(error.code, ErrorCode::kConflict);
  EXPECT_EQ(error.errno_value, EEXIST);
  EXPECT_EQ(error.ours, "forward tcp port 80 to 10.0.0.3:80 (owner \"a\")");
  EXPECT_EQ(error.theirs, "forward tcp port 80 to 10.0.0.2:80 (owner \"b\")");
  EXPECT_EQ(plan.lines[Family::kIp].size(), 1U);
  EXPECT_EQ(nat.rules[Family::kIp].size(), before[Family::kIp].size() + 1);
}

TEST(PlanIptables, AForeignForwardOfThePortIsAConflictThatShowsIt) {
  FakeNat nat;
  nat.rules[Family::kIp] = {"PREROUTING -m addrtype --dst-type LOCAL -j PORTS",
                            "PORTS -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.9.9:80"};
  const auto plan =
      nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.3:80"), Forwarded(kA, 81, "10.0.0.3:80")}});
  ASSERT_EQ(plan.conflicts.size(), 1U);
  EXPECT_FALSE(plan.conflicts[0].edited);
  EXPECT_EQ(plan.conflicts[0].error.theirs,
            "iptables -t nat -A PORTS -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.9.9:80");
  EXPECT_EQ(IntentsOf(nat.Read(), kTag), (std::vector{Forwarded(kA, 81, "10.0.0.3:80")}));
}

TEST(PlanIptables, AForeignForwardThatCameLaterTakesNothingAway) {
  FakeNat nat;
  const IptablesWish wish{.intents = {Forwarded(kA, 80, "10.0.0.2:80")}};
  (void)nat.Apply(wish);
  nat.rules[Family::kIp].push_back(
      "PREROUTING -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
      "10.9.9.9:80");
  const auto plan = nat.Apply(wish);
  EXPECT_TRUE(IsEmpty(plan));
  EXPECT_TRUE(plan.conflicts.empty());
  // Another target is a new wish, and the old one stays until it can be had.
  const auto moved = nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.4:80")}});
  EXPECT_EQ(moved.conflicts.size(), 1U);
  EXPECT_TRUE(IsEmpty(moved));
}

TEST(PlanIptables, TheUndoBringsTheOldRulesBackInTheirOrder) {
  FakeNat nat;
  (void)nat.Apply({.intents = {Masq(kA, "10.1.0.0/16"), Masq(kA, "10.2.0.0/16")}});
  const auto before = nat.rules;
  const auto plan = nat.Apply({.intents = {Masq(kA, "10.3.0.0/16"), Masq(kA, "10.4.0.0/16")}});
  EXPECT_NE(nat.rules, before);
  nat.Take(Family::kIp, plan.undo[Family::kIp]);
  EXPECT_EQ(nat.rules, before);
}

TEST(PlanIptables, TwoWishesForOnePortAreAConflict) {
  FakeNat nat;
  const auto plan =
      nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.2:80"), Forwarded(kA, 80, "10.0.0.2:80"),
                             Forwarded(kB, 80, "10.0.0.2:80"), Forwarded(kA, 80, "[fd00::1]:80")}});
  EXPECT_EQ(plan.conflicts.size(), 1U);
  EXPECT_EQ(nat.rules[Family::kIp].size(), 2U);
  EXPECT_EQ(nat.rules[Family::kIp6].size(), 2U);
}

TEST(PlanIptables, ShowsATaggedRuleThatItDoesNotMakeAndRemovesItOnlyIfExclusive) {
  FakeNat nat;
  const std::string odd =
      "POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE --random";
  nat.rules[Family::kIp] = {odd, "POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"};
  const auto own = nat.Apply({.mine = {kA}});
  EXPECT_TRUE(IsEmpty(own));
  EXPECT_EQ(own.foreign[Family::kIp], Text{"iptables -t nat -A " + odd});
  (void)nat.Apply({.intents = {Masq(kB, "10.0.0.0/8")}});
  (void)nat.Apply({.intents = {Masq(kA, "10.1.0.0/16")}, .scope = Scope::kExclusive});
  EXPECT_EQ(nat.rules[Family::kIp],
            (Text{"POSTROUTING -s 10.1.0.0/16 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
                  "POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"}));
}

TEST(PlanIptables, PlansNothingInAFamilyThatIsNotThere) {
  IptablesSnapshot snapshot = FakeNat{}.Read();
  snapshot.nat[Family::kIp6].reset();
  const auto plan =
      PlanIptables(snapshot, {.intents = {Masq(kA, "fd00::/64"), Masq(kA, "10.0.0.0/8")}}, kTag);
  EXPECT_EQ(plan.lines[Family::kIp].size(), 1U);
  EXPECT_TRUE(plan.lines[Family::kIp6].empty());
}

// Random wishes of two owners beside a foreign rule, in both scopes: the rules say what was wished, a second
// plan is empty, and the undo leads back.
TEST(PlanIptables, HoldsForRandomWishes) {
  const std::vector<const char*> prefixes = {"10.0.0.0/8", "10.0.0.0/16", "fd00::/64", "192.0.2.1"};
  const std::vector<const char*> targets = {"10.0.0.2:80", "10.0.0.3:80", "[fd00::2]:80"};
  std::mt19937 random(7);
  FakeNat nat;
  nat.rules[Family::kIp] = {"POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"};
  for (int round = 0; round < 1000; ++round) {
    const Owner& owner = random() % 2 == 0 ? kA : kB;
    IptablesWish wish{.mine = {owner}};
    std::set<OwnedIntent> intents;
    std::set<HostPort> ports;
    for (auto i = random() % 5; i > 0; --i) {
      const OwnedIntent one = random() % 2 == 0
                                  ? Masq(owner, prefixes[random() % prefixes.size()])
                                  : Forwarded(owner, 80 + static_cast<int>(random() % 2),
                                              targets[random() % targets.size()], random() % 2 == 0);
      const auto* forward = std::get_if<Forward>(&one.intent);
      if (forward == nullptr || ports.insert(forward->key()).second) intents.insert(one);
    }
    wish.intents.assign(intents.begin(), intents.end());
    if (random() % 8 == 0) wish.scope = Scope::kExclusive;

    const FakeNat before = nat;
    const auto plan = nat.Apply(wish);
    FakeNat back = nat;
    for (const Family family : kFamilies) back.Take(family, plan.undo[family]);
    for (const Family family : kFamilies) {
      auto sorted = [&](const FakeNat& which) {
        auto rules = which.rules[family];
        std::ranges::sort(rules);
        return rules;
      };
      ASSERT_EQ(sorted(back), sorted(before)) << "round " << round;
    }
    ASSERT_TRUE(IsEmpty(PlanIptables(nat.Read(), wish, kTag))) << "round " << round;
    ASSERT_EQ(nat.rules[Family::kIp].back(), before.rules[Family::kIp].back());
    if (!plan.conflicts.empty()) continue;
    std::vector<OwnedIntent> mine = IntentsOf(nat.Read(), kTag);
    std::erase_if(mine, [&](const OwnedIntent& one) { return one.owner != owner; });
    ASSERT_EQ(mine, wish.intents) << "round " << round;
  }
}

TEST(RulesWithoutIntent, AreWhatIsLeftOfAForwardAndWhatNatplanDoesNotMake) {
  FakeNat nat;
  nat.Apply({.intents = {Forwarded(kA, 80, "10.0.0.1:80", true), Forwarded(kB, 81, "10.0.0.2:80", true)}});
  EXPECT_EQ(RulesWithoutIntent(nat.Read(), kTag), (PerFamily<Text>{}));
  // As `iptables -t nat -F` does it, and somebody who deletes what forwards for B alone.
  std::erase_if(nat.rules[Family::kIp], [](const std::string& rule) {
    return rule.find("-j DNAT") != std::string::npos && rule.find("natplan:a") == std::string::npos;
  });
  const auto left = RulesWithoutIntent(nat.Read(), kTag);
  ASSERT_EQ(left[Family::kIp].size(), 3U);
  for (const std::string& rule : left[Family::kIp])
    EXPECT_NE(rule.find("natplan:b"), std::string::npos) << rule;
  EXPECT_EQ(std::ranges::count_if(
                left[Family::kIp],
                [](const std::string& rule) { return rule.starts_with("iptables -t raw -A PREROUTING "); }),
            2);
  EXPECT_EQ(IntentsOf(nat.Read(), kTag), (std::vector{Forwarded(kA, 80, "10.0.0.1:80", true)}));
}

TEST(NatplanRules, FindsThemWhateverTheirTable) {
  const auto saved = ReadSavedTable(
      "*nat\n-A POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:other:a\" -j MASQUERADE\n"
      "-A POSTROUTING -s 10.0.0.0/8 -m comment --comment \"not ours\" -j MASQUERADE\nCOMMIT\n");
  EXPECT_EQ(NatplanRules(Family::kIp6, *saved), Text{"ip6tables -t nat -A POSTROUTING -s 10.0.0.0/8 -m "
                                                     "comment --comment \"natplan:other:a\" -j MASQUERADE"});
}

}  // namespace
}  // namespace natplan
