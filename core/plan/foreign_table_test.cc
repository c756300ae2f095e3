#include "core/plan/foreign_table.h"

#include <string>

#include "core/plan/layout.h"
#include "core/plan/test_tables.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

constexpr const char* kOrigin = "io.systemd.nat";

ChainSnapshot Chain(const char* name, std::size_t rules, const char* type = "filter",
                    Hook hook = Hook::kForward) {
  return {
      .name = name, .base = BaseChain{.type = type, .hook = hook}, .rules = std::vector<RuleSnapshot>(rules)};
}

TEST(ForeignTableTest, AHostsFilterAndAnotherProgramsNatAreForeign) {
  const TableSnapshot filter{.id = {Family::kIp, "filter"},
                             .chains = {Chain("INPUT", 3), Chain("DOCKER", 12)}};
  const auto error = WhyForeign(filter);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kConflict);
  EXPECT_EQ(error->theirs, "chain INPUT with 3 rules, chain DOCKER with 12 rules");
  EXPECT_NE(error->text.find("--force"), std::string::npos);
  // The names that the layout has, too.
  EXPECT_TRUE(WhyForeign(
      {.id = {Family::kIp, "nat"}, .chains = {Chain("postrouting", 1, "nat", Hook::kPostrouting)}}));
  EXPECT_TRUE(
      WhyForeign({.id = {Family::kIp, "filter"}, .chains = {Chain("output", 0, "filter", Hook::kOutput)}}));
  EXPECT_TRUE(WhyForeign({.id = {Family::kIp6, "x"}, .sets = {{.name = "blocked"}}}));
  EXPECT_TRUE(WhyForeign({.id = {Family::kIp, "x"}, .sets = {{.name = kMasqueradeSet}}}))
      << "of another shape";
  EXPECT_TRUE(WhyForeign({.id = {Family::kIp, "x"}, .others = {"counter c"}}));
}

TEST(ForeignTableTest, WhatTheLayoutMakesIsNot) {
  for (const Family family : kFamilies) {
    EXPECT_EQ(WhyForeign(Laid({kOrigin}, family)), std::nullopt);
    TableSnapshot with_foreign_elements_and_sets = Laid({kOrigin}, family);
    with_foreign_elements_and_sets.sets.push_back({.name = "theirs"});
    with_foreign_elements_and_sets.chains.push_back(Chain("theirs", 0));
    EXPECT_EQ(WhyForeign(with_foreign_elements_and_sets), std::nullopt);
  }
  EXPECT_EQ(WhyForeign({.id = {Family::kIp, "empty"}}), std::nullopt);
}

TEST(ForeignTableTest, AChainOfSomebodyElsesWithRulesMakesItForeign) {
  TableSnapshot table = Laid({"nat"}, Family::kIp);
  table.chains.push_back(Chain("DOCKER", 2, "nat", Hook::kPrerouting));
  const auto error = WhyForeign(table);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->theirs, "chain DOCKER with 2 rules");
}

TEST(ForeignTableTest, AChainOfSomebodyElsesThatDropsAllMakesItForeign) {
  TableSnapshot table = Laid({"nat"}, Family::kIp);
  table.chains.push_back(Chain("guard", 0));
  table.chains.back().base->policy = Policy::kDrop;
  const auto error = WhyForeign(table);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->theirs, "chain guard with policy drop and 0 rules");
}

TEST(ForeignTableTest, NatplansOwnIsNatplans) {
  EXPECT_EQ(WhyForeign({.id = {Family::kIp, kDefaultTable}, .chains = {Chain("theirs", 5)}}), std::nullopt);
}

}  // namespace
}  // namespace natplan
