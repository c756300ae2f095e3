#include "core/plan/iptables_rule.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace natplan {
namespace {

Intent Masq(const char* prefix, const char* out_interface = nullptr) {
  std::optional<InterfaceName> name;
  if (out_interface != nullptr) name = *InterfaceName::Make(out_interface);
  return *Masquerade::Make(*Prefix::Parse(prefix), name);
}

Intent Forwarded(Protocol protocol, int port, const char* to, bool localhost = false) {
  return Forward{protocol, *Port::Make(port), *Endpoint::Parse(to), localhost};
}

// The rules as iptables-save shows them, without comments.
std::vector<std::string> Lines(const Intent& intent) {
  std::vector<std::string> lines;
  for (const IptablesRule& rule : Lower(intent)) {
    std::string line = (rule.table == "nat" ? "-A " : "-t " + rule.table + " -A ") + rule.chain;
    for (const std::string& word : rule.match) line += " " + word;
    for (const std::string& word : rule.target) line += " " + word;
    lines.push_back(line);
  }
  return lines;
}

using Text = std::vector<std::string>;

TEST(Lower, GivesTheOriginsThreeRules) {
  EXPECT_EQ(
      Lines(Forwarded(Protocol::kTcp, 2222, "192.168.50.121:22")),
      (Text{"-A PREROUTING -p tcp -m tcp --dport 2222 -m addrtype --dst-type LOCAL -j DNAT "
            "--to-destination 192.168.50.121:22",
            "-A OUTPUT ! -d 127.0.0.0/8 -p tcp -m tcp --dport 2222 -m addrtype --dst-type LOCAL -j DNAT "
            "--to-destination 192.168.50.121:22"}));
  EXPECT_EQ(Lines(Masq("192.168.50.0/24")), Text{"-A POSTROUTING -s 192.168.50.0/24 -j MASQUERADE"});
}

TEST(Lower, GivesIpv6TheSameWithBracketsAndItsOwnLoopback) {
  EXPECT_EQ(
      Lines(Forwarded(Protocol::kUdp, 53, "[fd00::1]:5353")),
      (Text{"-A PREROUTING -p udp -m udp --dport 53 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
            "[fd00::1]:5353",
            "-A OUTPUT ! -d ::1/128 -p udp -m udp --dport 53 -m addrtype --dst-type LOCAL -j DNAT "
            "--to-destination [fd00::1]:5353"}));
  EXPECT_EQ(Lines(Masq("fd00::/64")), Text{"-A POSTROUTING -s fd00::/64 -j MASQUERADE"});
}

TEST(Lower, GivesLocalhostNoExclusionAndAnAddressToAnswerTo) {
  EXPECT_EQ(
      Lines(Forwarded(Protocol::kTcp, 80, "10.0.0.2:8080", true)),
      (Text{"-A PREROUTING -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
            "10.0.0.2:8080",
            "-A OUTPUT -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
            "10.0.0.2:8080",
            "-A POSTROUTING -s 127.0.0.0/8 -d 10.0.0.2/32 -p tcp -m tcp --dport 8080 -j MASQUERADE",
            "-t raw -A PREROUTING -d 127.0.0.0/8 ! -i lo -j DROP",
            "-t raw -A PREROUTING -s 127.0.0.0/8 ! -i lo -j DROP"}));
  EXPECT_EQ(Lines(Forwarded(Protocol::kTcp, 80, "[fd00::2]:8080", true)).size(), 3U)
      << "nothing lets ::1 in from a neighbour";
}

TEST(Lower, NamesTheInterfaceAndLeavesAnEmptyPrefixOut) {
  EXPECT_EQ(Lines(Masq("10.0.0.0/8", "eth0")), Text{"-A POSTROUTING -s 10.0.0.0/8 -o eth0 -j MASQUERADE"});
  EXPECT_EQ(Lines(Masq("::/0", "eth0")), Text{"-A POSTROUTING -o eth0 -j MASQUERADE"});
  EXPECT_EQ(Lines(Masq("10.1.2.3")), Text{"-A POSTROUTING -s 10.1.2.3/32 -j MASQUERADE"});
}

TEST(Spec, PutsTheCommentBeforeTheTarget) {
  EXPECT_EQ(Spec(Lower(Masq("10.0.0.0/8")).front(), "natplan:natplan:my vm"),
            "-s 10.0.0.0/8 -m comment --comment \"natplan:natplan:my vm\" -j MASQUERADE");
}

TEST(RuleTag, FindsItsOwnOwnersAndNoOthers) {
  const auto tag = RuleTag::Make("natplan");
  const std::string owner = R"(it's a:b 100% !#$&`~)";
  EXPECT_EQ(tag->OwnerIn(tag->CommentFor(*Owner::Make(owner))), Owner::Make(owner));
  EXPECT_EQ(tag->OwnerIn("natplan:other:a"), std::nullopt);
  EXPECT_EQ(tag->OwnerIn("natplan:natplan:"), std::nullopt);
  EXPECT_EQ(tag->OwnerIn("natplan:natplan:\x01"), std::nullopt);
  EXPECT_EQ(tag->OwnerIn("a word of the administrator"), std::nullopt);
}

TEST(RuleTag, KeepsTablesApartWhoseNamesHaveColons) {
  const auto one = RuleTag::Make("a:b");
  const auto other = RuleTag::Make("a");
  EXPECT_EQ(one->CommentFor(*Owner::Make("c")), "natplan:a%3Ab:c");
  EXPECT_EQ(other->OwnerIn(one->CommentFor(*Owner::Make("c"))), std::nullopt);
  EXPECT_EQ(one->OwnerIn(other->CommentFor(*Owner::Make("b:c"))), std::nullopt);
}

TEST(RuleTag, RefusesATableThatLeavesNoRoomForAnOwner) {
  EXPECT_TRUE(RuleTag::Make(std::string(182, 'a')));
  EXPECT_EQ(RuleTag::Make(std::string(182, 'a'))->CommentFor(*Owner::Make(std::string(64, 'o'))).size(),
            255U);
  EXPECT_FALSE(RuleTag::Make(std::string(183, 'a')));
  EXPECT_FALSE(RuleTag::Make(std::string(61, ':')));
}

// What comes back from the kernel for each rule of the intent.
std::vector<std::optional<RaisedRule>> Raised(const Intent& intent) {
  const auto tag = *RuleTag::Make("natplan");
  std::vector<std::optional<RaisedRule>> out;
  for (const IptablesRule& rule : Lower(intent)) {
    const auto saved = ReadSavedTable(
        "*" + rule.table + "\n-A " + rule.chain + " " + Spec(rule, "natplan:natplan:a b") + "\nCOMMIT\n",
        rule.table);
    const TaggedRule apart = TakeApart(saved->rules.front(), tag);
    EXPECT_EQ(apart.owner, Owner::Make("a b"));
    out.push_back(Raise(FamilyOf(intent), apart.rule));
  }
  return out;
}

TEST(Raise, GivesBackWhatWasLowered) {
  for (const Intent& intent :
       {Masq("10.0.0.0/8"), Masq("10.0.0.0/8", "eth0"), Masq("0.0.0.0/0", "-'x"), Masq("fd00::/64"),
        Masq("::/0", "eth0"), Forwarded(Protocol::kTcp, 80, "10.0.0.2:8080"),
        Forwarded(Protocol::kSctp, 65535, "[fd00::1]:1")}) {
    for (const auto& raised : Raised(intent)) {
      ASSERT_TRUE(raised);
      EXPECT_EQ(raised->intent, intent);
    }
  }
}

TEST(Raise, TellsLocalhostByTheRuleOfOutput) {
  const Intent plain = Forwarded(Protocol::kTcp, 80, "10.0.0.2:8080");
  const Intent localhost = Forwarded(Protocol::kTcp, 80, "10.0.0.2:8080", true);
  const auto raised = Raised(localhost);
  ASSERT_EQ(raised.size(), 5U);
  EXPECT_EQ(raised[0]->intent, plain);
  EXPECT_EQ(raised[1]->intent, localhost);
  for (const std::size_t beside : {2U, 3U, 4U}) {
    ASSERT_TRUE(raised[beside]);
    EXPECT_EQ(raised[beside]->intent, std::nullopt);
  }
}

TEST(Raise, LeavesWhatLowerDoesNotMake) {
  const auto tag = *RuleTag::Make("natplan");
  for (const char* line : {
           "-A POSTROUTING -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A POSTROUTING -s 0.0.0.0/0 -o eth0 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A POSTROUTING ! -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE --random",
           "-A POSTROUTING -s fd00::/64 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A POSTROUTING -s 10.0.0.0/8 -o eth+ -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A INPUT -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE",
           "-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment \"natplan:natplan:a\" -j DNAT "
           "--to-destination 10.0.0.1:80",
           "-A PREROUTING -p tcp -m tcp --dport 0 -m addrtype --dst-type LOCAL -m comment --comment "
           "\"natplan:natplan:a\" -j DNAT --to-destination 10.0.0.1:80",
           "-A PREROUTING -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -m comment --comment "
           "\"natplan:natplan:a\" -j DNAT --to-destination 10.0.0.1-10.0.0.9:80",
           "-A PREROUTING -p tcp -m comment --comment \"natplan:natplan:a\"",
           "-A PREROUTING -m comment --comment \"natplan:natplan:a\" --dport",
       }) {
    const auto saved = ReadSavedTable("*nat\n" + std::string(line) + "\nCOMMIT\n");
    ASSERT_TRUE(saved) << line;
    const TaggedRule apart = TakeApart(saved->rules.front(), tag);
    EXPECT_TRUE(apart.owner) << line;
    EXPECT_FALSE(Raise(Family::kIp, apart.rule)) << line;
  }
}

}  // namespace
}  // namespace natplan
