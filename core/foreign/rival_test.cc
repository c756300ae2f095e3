#include "core/foreign/rival.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<Forward> kForwards = {
    {Protocol::kTcp, Port::Make(8080).value(), Endpoint::Parse("192.0.2.9:80").value()},
    {Protocol::kTcp, Port::Make(8081).value(), Endpoint::Parse("192.0.2.9:81").value()}};

SavedRule Rule(const std::string& chain, const std::string& spec) {
  const auto saved =
      ReadSavedTable("*nat\n:" + chain + " ACCEPT [0:0]\n-A " + chain + " " + spec + "\nCOMMIT\n");
  EXPECT_TRUE(saved.has_value());
  return saved ? saved->rules.front() : SavedRule{};
}

HostRules Legacy(std::vector<SavedRule> rules) {
  HostRules host{.addresses = {Address::Parse("198.51.100.1").value()}};
  host.legacy_nat[Family::kIp] = std::move(rules);
  return host;
}

// `tcp dport 8080 dnat to ...`
RuleSnapshot Dnat(std::uint64_t handle) {
  return {.handle = handle,
          .expressions = {PayloadExpression{PayloadBase::kTransport, 2, 2, 1},
                          CmpExpression{.source = 1, .data = {0x1f, 0x90}},
                          NatExpression{.family = 2, .address = 2}}};
}

Table TableOf(const std::string& name, Hook hook, std::int32_t priority) {
  return {.name = name,
          .chains = {{.name = "c", .base = BaseChain{"nat", hook, priority}, .rules = {Dnat(7)}}}};
}

std::vector<Winner> WinnersAt(std::int32_t priority) {
  HostRules host;
  host.nf_tables.tables = {TableOf("other", Hook::kPrerouting, priority)};
  std::vector<Winner> winners;
  for (const Rival& rival : RivalsOf(kForwards, host, InNftables("natplan"))) winners.push_back(rival.winner);
  return winners;
}

TEST(NatRivalTest, TheLowerPriorityWins) {
  EXPECT_THAT(WinnersAt(-100), ElementsAre(Winner::kTheirs));
  EXPECT_THAT(WinnersAt(-99), ElementsAre(Winner::kUnknown));
  EXPECT_THAT(WinnersAt(-98), ElementsAre(Winner::kOurs));
}

TEST(NatRivalTest, NatplansOwnTableIsNone) {
  HostRules host;
  host.nf_tables.tables = {TableOf("natplan", Hook::kPrerouting, -99)};
  EXPECT_THAT(RivalsOf(kForwards, host, InNftables("natplan")), IsEmpty());
  // Nor with iptables, where a backend was used before; but what another program's table is called, names
  // comments there.
  EXPECT_THAT(RivalsOf(kForwards, host, InIptables("natplan")), IsEmpty());
  host.nf_tables.tables = {TableOf("other", Hook::kPrerouting, -99)};
  EXPECT_EQ(RivalsOf(kForwards, host, InIptables("other")).size(), 1);
}

TEST(NatRivalTest, ARuleIsToldOnceWithThePortsThatItShares) {
  const auto rivals =
      RivalsOf(kForwards,
               Legacy({Rule("PREROUTING", "-m addrtype --dst-type LOCAL -j WEB"), Rule("OUTPUT", "-j WEB"),
                       Rule("WEB", "-p tcp -m tcp --dport 8000:9000 -j DNAT --to-destination 10.0.0.1")}),
               InNftables("natplan"));
  ASSERT_EQ(rivals.size(), 1);
  EXPECT_EQ(rivals[0].ports, PortSet({{8080, 8081}}));
  EXPECT_TRUE(rivals[0].certain);
  EXPECT_EQ(rivals[0].ToString(),
            "ip tcp ports 8080-8081 are translated by another program too: table nat of iptables-legacy, "
            "chain WEB, "
            "rule -A WEB -p tcp -m tcp --dport 8000:9000 -j DNAT --to-destination 10.0.0.1; its base chain "
            "PREROUTING "
            "(priority -100) comes before natplan's (priority -99): the other program wins");
}

TEST(NatRivalTest, ARuleOfLoopbackAddressesTakesFromAForwardWithLocalhost) {
  std::vector<Forward> forwards = kForwards;
  forwards[1].localhost = true;
  const auto told = [&](const std::string& chain, const std::string& destination) {
    const std::string spec = "-d " + destination + " -p tcp -m tcp --dport 8000:9000 -j REDIRECT";
    std::vector<PortSet> ports;
    for (const Rival& rival : RivalsOf(forwards, Legacy({Rule(chain, spec)}), InNftables("natplan"))) {
      ports.push_back(rival.ports);
      EXPECT_FALSE(rival.certain);
    }
    return ports;
  };
  EXPECT_THAT(told("OUTPUT", "127.0.0.1/32"), ElementsAre(PortSet({{8081, 8081}})));
  EXPECT_THAT(told("OUTPUT", "127.0.0.0/8"), ElementsAre(PortSet({{8081, 8081}})));
  EXPECT_THAT(told("PREROUTING", "127.0.0.1/32"), IsEmpty());
  forwards[1].localhost = false;
  EXPECT_THAT(told("OUTPUT", "127.0.0.1/32"), IsEmpty());
}

TEST(NatRivalTest, WithIptablesTheOrderOfTheRulesCounts) {
  const SavedRule own = Rule("PREROUTING",
                             "-p tcp -m addrtype --dst-type LOCAL -m tcp --dport 8080 -m comment --comment "
                             "\"natplan:natplan:default\" -j DNAT --to-destination 192.0.2.9:80");
  const SavedRule other = Rule("PREROUTING", "-p tcp -m tcp --dport 8080 -j REDIRECT");
  const auto behind = RivalsOf(kForwards, Legacy({own, other}), InIptables("natplan"));
  ASSERT_EQ(behind.size(), 1);
  EXPECT_EQ(behind[0].winner, Winner::kOurs);
  const auto before = RivalsOf(kForwards, Legacy({other, own}), InIptables("natplan"));
  ASSERT_EQ(before.size(), 1);
  EXPECT_EQ(before[0].winner, Winner::kTheirs);
  EXPECT_THAT(before[0].ToString(), HasSubstr("it stands before natplan's rule"));
}

TEST(NatRivalTest, NatplansRulesInTheOtherBackendAreNone) {
  const SavedRule own = Rule("PREROUTING",
                             "-p tcp -m tcp --dport 8080 -m comment --comment \"natplan:natplan:default\" -j "
                             "DNAT --to-destination 192.0.2.9:80");
  const SavedRule other = Rule("PREROUTING", "-p tcp -m tcp --dport 8080 -j REDIRECT");
  EXPECT_THAT(RivalsOf(kForwards, Legacy({own}), InNftables("natplan")), IsEmpty());
  EXPECT_EQ(RivalsOf(kForwards, Legacy({own}), InNftables("elsewhere")).size(), 1);
  const auto rivals = RivalsOf(kForwards, Legacy({own, other}), InNftables("natplan"));
  ASSERT_EQ(rivals.size(), 1);
  EXPECT_FALSE(rivals[0].same_table);
  EXPECT_EQ(rivals[0].winner, Winner::kTheirs) << "by its priority";
}

TEST(NatRivalTest, ALineBreakInAForeignTextBeginsNoLine) {
  HostRules host;
  host.nf_tables.tables = {TableOf("other", Hook::kPrerouting, -100)};
  host.nf_tables.tables[0].chains[0].rules[0].comment = "x\nnatplan: done";
  const auto rivals = RivalsOf(kForwards, host, InNftables("natplan"));
  ASSERT_EQ(rivals.size(), 1);
  EXPECT_THAT(rivals[0].ToString(), HasSubstr("comment \"x\\x0anatplan: done\""));
  const auto legacy =
      RivalsOf(kForwards, Legacy({Rule("PREROUTING", "-m comment --comment \"x\ny\" -j REDIRECT")}),
               InNftables("natplan"));
  ASSERT_EQ(legacy.size(), 1);
  EXPECT_THAT(legacy[0].ToString(), Not(HasSubstr("\n")));
}

TEST(NatRivalTest, ATargetThatIsNotKnownIsNotUnderstood) {
  const auto rivals =
      RivalsOf(kForwards, Legacy({Rule("PREROUTING", "-p tcp --dport 8081 -j MOON")}), InNftables("natplan"));
  ASSERT_EQ(rivals.size(), 1);
  EXPECT_FALSE(rivals[0].understood);
  EXPECT_THAT(rivals[0].ToString(), HasSubstr("may be translated by another program too"));
}

TEST(NatRivalTest, ChainsOfNatplansHooksAndPrioritiesAreNamed) {
  Ruleset ruleset;
  ruleset.tables = {TableOf("natplan", Hook::kPrerouting, -99), TableOf("a", Hook::kPrerouting, -99),
                    TableOf("b", Hook::kPostrouting, 101), TableOf("c", Hook::kPostrouting, 100)};
  EXPECT_THAT(ChainsBesideOwn(ruleset, InNftables("natplan")),
              ElementsAre("chain c of table ip a (hook prerouting, priority -99)",
                          "chain c of table ip b (hook postrouting, priority 101)"));
}

TEST(NatRivalTest, ChainsOfThePrioritiesOfIptablesAreNamedWhereItHasNatplansRules) {
  Ruleset ruleset;
  ruleset.tables = {TableOf("nat", Hook::kPrerouting, -100), TableOf("a", Hook::kPrerouting, -100),
                    TableOf("b", Hook::kPostrouting, 100),   TableOf("c", Hook::kInput, 100),
                    TableOf("d", Hook::kPrerouting, -99),    TableOf("e", Hook::kPostrouting, 101)};
  EXPECT_THAT(ChainsBesideOwn(ruleset, InIptables("natplan")),
              ElementsAre("chain c of table ip a (hook prerouting, priority -100)",
                          "chain c of table ip b (hook postrouting, priority 100)"));
}

}  // namespace
}  // namespace natplan::foreign
