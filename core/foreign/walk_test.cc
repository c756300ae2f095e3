#include "core/foreign/walk.h"

#include <map>

#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

using Chains = std::map<std::string, std::vector<Meaning>>;

Program ProgramOf(const Chains& chains) {
  return {.size = [&](const std::string& chain) -> std::optional<std::size_t> {
            const auto found = chains.find(chain);
            return found == chains.end() ? std::nullopt : std::optional(found->second.size());
          },
          .meaning = [&](const std::string& chain, std::size_t rule) { return chains.at(chain)[rule]; }};
}

Condition Port(std::uint16_t port) {
  const PortSet set({PortRange{port, port}});
  return {set, set};
}

Meaning Rule(Condition when, Ending ending, std::string chain = {}) {
  return {.branches = {{std::move(when), ending, std::move(chain)}}};
}

TEST(WalkTest, WhatARuleTakesForCertainComesToNoLaterRule) {
  const Chains chains = {{"pre", {Rule(Port(80), Ending::kAccept), Rule(Port(80), Ending::kTranslate)}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 1);
  EXPECT_EQ(way.ends[0].ending, Ending::kAccept);
  EXPECT_EQ(way.rest, !Port(80));
}

TEST(WalkTest, WhatARuleMayTakeMayComeToALaterRule) {
  const Chains chains = {
      {"pre", {Rule(Port(80) & Condition::Perhaps(), Ending::kAccept), Rule(Port(80), Ending::kTranslate)}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 2);
  EXPECT_EQ(way.ends[1].when, Port(80) & Condition::Perhaps());
}

TEST(WalkTest, AJumpComesBackAndAGotoDoesNot) {
  const Chains chains = {
      {"pre", {Rule(Condition::Always(), Ending::kJump, "one"), Rule(Port(81), Ending::kTranslate)}},
      {"one",
       {Rule(Port(81), Ending::kGoto, "two"), Rule(Port(82), Ending::kReturn),
        Rule(Port(82), Ending::kTranslate)}},
      {"two", {}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  // The goto's chain ends, and the packet is back behind the jump.
  ASSERT_EQ(way.ends.size(), 1);
  EXPECT_EQ(way.ends[0].chain, "pre");
  EXPECT_EQ(way.ends[0].when, Port(81));
}

TEST(WalkTest, WhatLeadsToARuleCountsForIt) {
  const Chains chains = {{"pre", {Rule(Port(80) & Condition::Perhaps(), Ending::kJump, "one")}},
                         {"one", {Rule(Condition::Always(), Ending::kTranslate)}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 1);
  EXPECT_EQ(way.ends[0].when, Port(80) & Condition::Perhaps());
}

TEST(WalkTest, WhatMayJumpAndComesBackComesToTheNextRuleForCertain) {
  const Condition perhaps = Condition::Perhaps();
  const Chains chains = {{"pre", {Rule(perhaps, Ending::kJump, "log"), Rule(Port(80), Ending::kTranslate)}},
                         {"log", {Rule(perhaps, Ending::kReturn), Rule(perhaps, Ending::kGoto, "count")}},
                         {"count", {Meaning()}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 1);
  EXPECT_EQ(way.ends[0].when, Port(80));
  EXPECT_EQ(way.rest, !Port(80));
}

TEST(WalkTest, WhatMayJumpAndMayEndThereMayComeToTheNextRule) {
  const Condition both = Port(80) | Port(81);
  const Chains chains = {
      {"pre", {Rule(Condition::Perhaps(), Ending::kJump, "one"), Rule(both, Ending::kDrop)}},
      {"one", {Rule(Port(80), Ending::kReturn), Rule(both, Ending::kAccept)}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 2);
  // The chain sends what goes to port 80 back, whatever leads to it.
  EXPECT_EQ(way.ends[0].when, Port(81) & Condition::Perhaps());
  EXPECT_EQ(way.ends[1].when, (Condition{both.may, Port(80).may}));
}

TEST(WalkTest, WhatOneBranchMayEndIsNotSureBehindABranchThatComesBack) {
  const Branch ends = {Condition::Perhaps(), Ending::kDrop};
  const Branch comes_back = {Condition::Perhaps(), Ending::kJump, "log"};
  for (const std::vector<Branch>& branches : {std::vector{ends, comes_back}, std::vector{comes_back, ends}}) {
    const Chains chains = {{"pre", {Meaning{.branches = branches}, Rule(Port(80), Ending::kTranslate)}},
                           {"log", {}}};
    const Way way = Walk(ProgramOf(chains), "pre");
    ASSERT_EQ(way.ends.size(), 2);
    EXPECT_EQ(way.ends[1].when, Port(80) & Condition::Perhaps());
  }
}

TEST(WalkTest, ATargetThatIsNoChainMayDoAnything) {
  const Chains chains = {
      {"pre", {Rule(Port(80), Ending::kJump, "MOON"), Rule(Port(80), Ending::kTranslate)}}};
  const Way way = Walk(ProgramOf(chains), "pre");
  ASSERT_EQ(way.ends.size(), 2);
  EXPECT_EQ(way.ends[0].ending, Ending::kUnknown);
  EXPECT_FALSE(way.ends[0].understood);
  EXPECT_EQ(way.ends[1].when, Port(80) & Condition::Perhaps());
}

TEST(WalkTest, AWalkThatWouldBeTooLongSaysSo) {
  Chains chains = {{"pre", std::vector<Meaning>(4, Rule(Condition::Always(), Ending::kJump, "pre"))}};
  const Way way = Walk(ProgramOf(chains), "pre", 1000);
  EXPECT_FALSE(way.complete);
  EXPECT_TRUE(way.rest.must.empty());
  EXPECT_TRUE(Walk(ProgramOf({{"pre", {}}}), "pre", 1000).complete);
}

}  // namespace
}  // namespace natplan::foreign
