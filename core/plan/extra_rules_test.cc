#include "core/plan/extra_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "core/plan/test_intents.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

RuleSnapshot Rule(const RulePlan& plan) {
  return {.handle = 7, .expressions = plan.expressions, .comment = plan.comment};
}
RulePlan Plan(const char* prefix, const char* interface) {
  return ToRule({Named("web"), MaskOut(prefix, interface)});
}

constexpr const char* kOthersUnicast =
    " fib saddr type != local fib daddr type != broadcast fib daddr type != multicast";

TEST(ExtraRulesTest, LocalhostIsServedByARuleInOutputAndOneInPostrouting) {
  const std::vector<RulePlan>& ip = LocalhostRules(Family::kIp);
  const std::vector<RulePlan>& ip6 = LocalhostRules(Family::kIp6);
  ASSERT_EQ(ip.size(), 3U);
  ASSERT_EQ(ip6.size(), 2U);
  EXPECT_EQ(ip[0].chain, "output");
  EXPECT_EQ(ip[1].chain, "postrouting");
  EXPECT_EQ(RuleText(Family::kIp, ip[0].expressions),
            "ip daddr 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map @map_localhost");
  EXPECT_EQ(RuleText(Family::kIp, ip[1].expressions),
            "ip saddr 127.0.0.0/8 oif != \"lo\" ct status dnat masquerade");
  EXPECT_EQ(RuleText(Family::kIp6, ip6[0].expressions),
            "ip6 daddr ::1 oif \"lo\" dnat ip6 to meta l4proto . th dport map @map_localhost");
  EXPECT_EQ(RuleText(Family::kIp6, ip6[1].expressions),
            "ip6 saddr ::1 oif != \"lo\" ct status dnat masquerade");
}

TEST(ExtraRulesTest, LoopbackIsGuardedInIpBeforeAnythingIsTranslated) {
  const ChainPlan* guard = LoopbackGuard(Family::kIp);
  ASSERT_NE(guard, nullptr);
  EXPECT_EQ(guard->base, (BaseChain{"filter", Hook::kPrerouting, -300, Policy::kAccept}));
  EXPECT_EQ(RuleText(Family::kIp, guard->forms.at(0)), "ip daddr 127.0.0.0/8 iif != \"lo\" drop");
  const RulePlan& second = LocalhostRules(Family::kIp).at(2);
  EXPECT_EQ(second.chain, guard->name);
  EXPECT_EQ(RuleText(Family::kIp, second.expressions), "ip saddr 127.0.0.0/8 iif != \"lo\" drop");
  EXPECT_EQ(LoopbackGuard(Family::kIp6), nullptr);
}

TEST(ExtraRulesTest, TheRuleThatLayout1HadForLocalhostIsKnown) {
  for (const Family family : kFamilies) {
    RuleSnapshot rule = Rule(LocalhostRules(family)[1]);
    EXPECT_FALSE(IsOldLocalhostRule(family, "postrouting", rule));
    // ct status dnat
    rule.expressions.erase(rule.expressions.end() - 4, rule.expressions.end() - 1);
    EXPECT_TRUE(IsOldLocalhostRule(family, "postrouting", rule));
    EXPECT_FALSE(IsOldLocalhostRule(family, "output", rule));
  }
}

TEST(ExtraRulesTest, ALocalhostRuleIsNobodysMasquerade) {
  for (const Family family : kFamilies) {
    for (const RulePlan& plan : LocalhostRules(family)) {
      RuleSnapshot rule = Rule(plan);
      EXPECT_TRUE(plan.Is(rule));
      rule.comment = "web";
      EXPECT_FALSE(plan.Is(rule));
      EXPECT_FALSE(ToOwnedMasquerade(family, rule).has_value());
    }
  }
}

TEST(ExtraRulesTest, AMasqueradeThatNamesAnInterfaceNamesItsOwnerToo) {
  EXPECT_EQ(RuleText(Family::kIp, Plan("10.0.0.0/8", "eth0").expressions),
            std::string("ip saddr 10.0.0.0/8 oifname \"eth0\"") + kOthersUnicast + " masquerade");
  EXPECT_EQ(RuleText(Family::kIp, Plan("0.0.0.0/0", "eth0").expressions),
            std::string("oifname \"eth0\"") + kOthersUnicast + " masquerade");
  EXPECT_EQ(
      RuleText(Family::kIp6, Plan("fd00::/61", "fifteen-bytes-x").expressions),
      "ip6 saddr fd00::/61 oifname \"fifteen-bytes-x\" fib saddr type != local fib daddr type != multicast "
      "masquerade");
  EXPECT_EQ(Plan("10.0.0.0/8", "eth0").chain, "postrouting");
  EXPECT_EQ(Plan("10.0.0.0/8", "eth0").comment, "web");
}

TEST(ExtraRulesTest, EveryLengthComesBackAsItWas) {
  for (const char* network : {"255.255.255.255", "10.0.0.0", "0.0.0.0",
                              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::", "::"}) {
    const Address address = Address::Parse(network).value();
    for (int length = 0; length <= AddressBits(address.family()); ++length) {
      const Prefix prefix = Prefix::Make(address, length).value();
      const DesiredState::OwnedMasquerade owned{
          Named("a b"), Masquerade::Make(prefix, InterfaceName::Make("eth0.7").value()).value()};
      const auto back = ToOwnedMasquerade(address.family(), Rule(ToRule(owned)));
      ASSERT_TRUE(back.has_value()) << prefix.ToString() << " " << length;
      EXPECT_EQ(*back, owned);
      // As layout 1 had it.
      RuleSnapshot old = Rule(ToRule(owned));
      const std::ptrdiff_t added = address.family() == Family::kIp ? 6 : 4;
      old.expressions.erase(old.expressions.end() - 1 - added, old.expressions.end() - 1);
      EXPECT_EQ(ToOwnedMasquerade(address.family(), old), owned);
      EXPECT_FALSE(ToRule(owned).Is(old));
    }
  }
}

TEST(ExtraRulesTest, WhatNatplanDoesNotWriteIsNobodysMasquerade) {
  for (const char* prefix : {"0.0.0.0/0", "10.0.0.0/8", "10.64.0.0/11", "10.0.0.1"}) {
    const RuleSnapshot good = Rule(Plan(prefix, "eth0"));
    ASSERT_TRUE(ToOwnedMasquerade(Family::kIp, good).has_value());
    const auto refused = [](const RuleSnapshot& rule) {
      EXPECT_FALSE(ToOwnedMasquerade(Family::kIp, rule).has_value())
          << RuleText(Family::kIp, rule.expressions);
    };
    RuleSnapshot rule = good;
    rule.comment = "";
    refused(rule);
    rule.comment = "not\\an owner";
    refused(rule);
    for (std::size_t i = 0; i < good.expressions.size(); ++i) {
      rule = good;
      rule.expressions.erase(rule.expressions.begin() + static_cast<std::ptrdiff_t>(i));
      // Without its mask it is the rule of an address.
      if (!std::holds_alternative<BitwiseExpression>(good.expressions[i])) refused(rule);
      for (const Expression& other : Expressions{CounterExpression{}, MetaExpression{MetaKey::kOif, 1},
                                                 CmpExpression{1, CmpOperator::kNeq, RegisterBytes{1}},
                                                 ImmediateExpression{.verdict = 1}, UnknownExpression{}}) {
        rule = good;
        rule.expressions[i] = other;
        refused(rule);
        rule = good;
        rule.expressions.insert(rule.expressions.begin() + static_cast<std::ptrdiff_t>(i), other);
        refused(rule);
      }
    }
    // Another interface's name, padding behind it, a name that is too long.
    for (const RegisterBytes& name :
         {RegisterBytes{'e', 't', 'h', '*', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
          RegisterBytes{'e', 0, 'h', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
          RegisterBytes{'e', 't', 'h', '0'},
          RegisterBytes{'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'}}) {
      rule = good;
      std::get<CmpExpression>(rule.expressions[rule.expressions.size() - 8]).data = name;
      refused(rule);
    }
  }
  EXPECT_FALSE(ToOwnedMasquerade(Family::kIp, {.comment = "web"}).has_value());
  EXPECT_FALSE(ToOwnedMasquerade(Family::kIp6, Rule(Plan("10.0.0.0/8", "eth0"))).has_value());
  EXPECT_FALSE(ToOwnedMasquerade(Family::kIp, Rule(Plan("fd00::/8", "eth0"))).has_value());
}

TEST(ExtraRulesTest, AMaskWithHolesAndHostBitsIsNoPrefix) {
  RuleSnapshot rule = Rule(Plan("10.64.0.0/11", "eth0"));
  std::get<BitwiseExpression>(rule.expressions[1]).mask = RegisterBytes{255, 128, 96, 0};
  EXPECT_FALSE(ToOwnedMasquerade(Family::kIp, rule).has_value());
  rule = Rule(Plan("10.64.0.0/11", "eth0"));
  std::get<CmpExpression>(rule.expressions[2]).data = RegisterBytes{10, 64, 0, 1};
  EXPECT_FALSE(ToOwnedMasquerade(Family::kIp, rule).has_value());
}

}  // namespace
}  // namespace natplan
