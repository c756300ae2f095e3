#include "core/text/rule_text.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

Expressions With(Expressions front, Expressions back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}
const PayloadExpression kSource{PayloadBase::kNetwork, 12, 4, 1};
Expression Verdict(int verdict, const char* chain = "") {
  return ImmediateExpression{.destination = 0, .verdict = verdict, .chain = chain};
}

// What an administrator may have put beside natplan's rules, as nft 1.0.6 makes and prints it.
TEST(RuleTextTest, SimpleForeignRulesReadAsNftPrintsThem) {
  EXPECT_EQ(RuleText(Family::kIp, With({kSource}, {LookupExpression{"s", 1}, Verdict(-3, "own")})),
            "ip saddr @s jump own");
  EXPECT_EQ(RuleText(Family::kIp,
                     With({kSource}, {LookupExpression{"s", 1, std::nullopt, kLookupInvert}, Verdict(0)})),
            "ip saddr != @s drop");
  EXPECT_EQ(RuleText(Family::kIp, {MetaExpression{MetaKey::kOif, 1},
                                   CmpExpression{1, CmpOperator::kEq, {1, 0, 0, 0}}, Verdict(1)}),
            "oif \"lo\" accept");
  EXPECT_EQ(RuleText(Family::kIp, {PayloadExpression{PayloadBase::kNetwork, 16, 4, 1},
                                   CmpExpression{1, CmpOperator::kEq, {192, 0, 2, 1}}, Verdict(-5)}),
            "ip daddr 192.0.2.1 return");
  // nft loads one and two bytes for prefixes that end at a byte.
  EXPECT_EQ(
      RuleText(Family::kIp, {PayloadExpression{PayloadBase::kNetwork, 12, 1, 1},
                             CmpExpression{1, CmpOperator::kEq, {10}}, CounterExpression{}, Verdict(1)}),
      "ip saddr 10.0.0.0/8 counter accept");
  EXPECT_EQ(RuleText(Family::kIp, {PayloadExpression{PayloadBase::kNetwork, 12, 2, 1},
                                   CmpExpression{1, CmpOperator::kEq, {10, 0}}, Verdict(0)}),
            "ip saddr 10.0.0.0/16 drop");
  EXPECT_EQ(RuleText(Family::kIp, {PayloadExpression{PayloadBase::kTransport, 2, 2, 1},
                                   CmpExpression{1, CmpOperator::kEq, {0, 80}}, Verdict(-4, "other")}),
            "th dport 80 goto other");
}

Expressions LeavingBy(Register reg, RegisterBytes name) {
  return {MetaExpression{MetaKey::kOifName, reg}, CmpExpression{reg, CmpOperator::kEq, name},
          MasqueradeExpression{}};
}

TEST(RuleTextTest, TheInterfaceThatAPacketLeavesByHasItsName) {
  const RegisterBytes eth0 = {'e', 't', 'h', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, eth0)), "oifname \"eth0\" masquerade");
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(8, eth0)), "oifname \"eth0\" masquerade");
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, {'e', 't', 'h'})), "oifname \"eth*\" masquerade");
  EXPECT_EQ(
      RuleText(Family::kIp, {MetaExpression{MetaKey::kOif, 1},
                             CmpExpression{1, CmpOperator::kNeq, {1, 0, 0, 0}}, MasqueradeExpression{}}),
      "oif != \"lo\" masquerade");
}

TEST(RuleTextTest, WhatIsNoNameOfAnInterfaceIsAComment) {
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, {'a', 0, 'b', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})),
            "# cmp masquerade # oifname");
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, {'a', '"', ';', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})),
            "# cmp masquerade # oifname");
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, {'a', '*', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})),
            "# cmp masquerade # oifname");
  const RegisterBytes sixteen = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h',
                                 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'};
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, sixteen)), "# cmp masquerade # oifname");
  EXPECT_EQ(RuleText(Family::kIp, LeavingBy(1, {})), "# cmp masquerade # oifname");
}

TEST(RuleTextTest, PrefixesReadTheSameHoweverTheyAreCompared) {
  EXPECT_EQ(
      RuleText(Family::kIp, {kSource, BitwiseExpression{1, 1, {255, 128, 0, 0}, {0, 0, 0, 0}},
                             CmpExpression{1, CmpOperator::kEq, {10, 0, 0, 0}}, MasqueradeExpression{}}),
      "ip saddr 10.0.0.0/9 masquerade");
  EXPECT_EQ(RuleText(Family::kIp6, {PayloadExpression{PayloadBase::kNetwork, 8, 1, 8},
                                    CmpExpression{8, CmpOperator::kEq, {0xfd}}, MasqueradeExpression{}}),
            "ip6 saddr fd00::/8 masquerade");
  const RegisterBytes loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(RuleText(Family::kIp6, {PayloadExpression{PayloadBase::kNetwork, 8, 16, 1},
                                    CmpExpression{1, CmpOperator::kEq, loopback}, MasqueradeExpression{}}),
            "ip6 saddr ::1 masquerade");
}

TEST(RuleTextTest, WhatHasNoWordsIsACommentAndNotDropped) {
  EXPECT_EQ(RuleText(Family::kIp, {UnknownExpression{"ct", {}}, MasqueradeExpression{}}), "# ct masquerade");
  EXPECT_EQ(RuleText(Family::kIp, {kSource, MasqueradeExpression{}}), "masquerade # ip saddr");
  EXPECT_EQ(RuleText(Family::kIp, {CmpExpression{1, CmpOperator::kEq, {1}}, Verdict(1)}), "# cmp accept");
  EXPECT_EQ(RuleText(Family::kIp, {LookupExpression{"s", 1}}), "# lookup @s");
  EXPECT_EQ(RuleText(Family::kIp, {Verdict(-2), Verdict(77)}), "# verdict -2 # verdict 77");
  EXPECT_EQ(RuleText(Family::kIp, {ImmediateExpression{.destination = 1, .value = {1, 2, 3, 4}}}),
            "# immediate");
  EXPECT_EQ(RuleText(Family::kIp, {NatExpression{.type = NatType::kSource, .family = 2}}), "# snat");
  EXPECT_EQ(RuleText(Family::kIp, {}), "");
}

TEST(RuleTextTest, APartOfAFieldIsNotTheField) {
  const PayloadExpression part{PayloadBase::kNetwork, 12, 2, 1};
  EXPECT_NE(RuleText(Family::kIp, {part, LookupExpression{"s", 1}}),
            RuleText(Family::kIp, {kSource, LookupExpression{"s", 1}}));
  // Only the first byte of four is compared.
  EXPECT_NE(RuleText(Family::kIp, {kSource, CmpExpression{1, CmpOperator::kEq, {10}}}),
            RuleText(Family::kIp, {kSource, CmpExpression{1, CmpOperator::kEq, {10, 0, 0, 0}}}));
}

TEST(RuleTextTest, AMaskThatIsNoPrefixIsMarked) {
  const auto text = [](RegisterBytes mask) {
    return RuleText(Family::kIp, {kSource, BitwiseExpression{1, 1, mask, {0, 0, 0, 0}},
                                  CmpExpression{1, CmpOperator::kEq, {10, 0, 0, 0}}});
  };
  EXPECT_EQ(text({255, 0, 0, 0}), "ip saddr 10.0.0.0/8");
  EXPECT_EQ(text({255, 240, 0, 0}), "ip saddr 10.0.0.0/12");
  EXPECT_EQ(text({255, 0, 255, 0}), "ip saddr 10.0.0.0 # mask");
  EXPECT_EQ(text({0, 255, 0, 0}), "ip saddr 10.0.0.0 # mask");
}

TEST(RuleTextTest, RegistersOutsideTheKernelsRangeDoNoHarm) {
  for (const Register reg : {0U, 5U, 24U, 0xffffffffU}) {
    EXPECT_NE(
        RuleText(Family::kIp, {MetaExpression{MetaKey::kL4Proto, reg}, LookupExpression{"s", reg, reg}}), "");
  }
}

}  // namespace
}  // namespace natplan
