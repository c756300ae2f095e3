// A skeleton that somebody damaged is whole again once the plan for it is carried out.
#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>

#include <functional>
#include <string>
#include <vector>

#include "core/plan/skeleton_plan.h"
#include "core/plan/test_tables.h"
#include "core/text/nft_text.h"
#include "tests/model/model_kernel.h"

namespace natplan {
namespace {

class SkeletonRepairTest : public testing::TestWithParam<Family> {
 protected:
  SkeletonRepairTest() { EXPECT_TRUE(kernel_.Foreign(Skeleton(id_))); }

  // Valid until the next commit.
  const TableSnapshot& table() { return *kernel_.Find(id_.family); }
  const ChainSnapshot& chain(const char* name) { return *FindChain(table(), name); }
  void Rewrite(const std::function<void(TableSnapshot&)>& change) {
    ASSERT_TRUE(kernel_.Rewrite(id_.family, change));
  }
  SkeletonPlan Plan(Scope scope) { return PlanSkeleton(id_, &table(), scope); }

  // Plans, carries out, and expects the skeleton to be whole afterwards.
  std::string Repair(Scope scope) {
    const SkeletonPlan plan = Plan(scope);
    EXPECT_FALSE(plan.obstacle.has_value());
    const std::string text = ToText({.operations = plan.operations});
    EXPECT_TRUE(kernel_.Foreign(plan.operations)) << text;
    EXPECT_TRUE(Plan(scope).operations.empty()) << ToText({.operations = Plan(scope).operations});
    return text;
  }

  const TableId id_{GetParam(), kDefaultTable};
  ModelKernel kernel_;
  const RuleSnapshot foreign_rule_{.expressions = {CounterExpression{}}};
};

TEST_P(SkeletonRepairTest, ADormantTableIsWoken) {
  ASSERT_TRUE(kernel_.MakeDormant(id_));
  EXPECT_EQ(Repair(Scope::kOwn), "add table " + std::string(Name(id_.family)) + " natplan\n");
}

TEST_P(SkeletonRepairTest, APolicyDropIsTakenBackWithoutTouchingTheRules) {
  Rewrite([](TableSnapshot& table) { ChainOf(table, "output").base->policy = Policy::kDrop; });
  EXPECT_EQ(Repair(Scope::kOwn),
            "add chain " + std::string(Name(id_.family)) +
                " natplan output { type nat hook output priority -99; policy accept; }\n");
}

TEST_P(SkeletonRepairTest, AChainThatIsAnotherIsDeletedAndAdded) {
  for (const std::function<void(ChainSnapshot&)>& change : std::vector<std::function<void(ChainSnapshot&)>>{
           [](ChainSnapshot& c) { c.base->priority = 0; },
           [](ChainSnapshot& c) { c = {.name = c.name, .base = {{"nat", Hook::kPostrouting, -99}}}; },
           [](ChainSnapshot& c) { c = {.name = c.name, .base = {{"filter", Hook::kOutput, -99}}}; },
           [](ChainSnapshot& c) { c = {.name = c.name}; }}) {
    Rewrite([&](TableSnapshot& table) { change(ChainOf(table, "output")); });
    const std::string text = Repair(Scope::kOwn);
    EXPECT_TRUE(text.starts_with("delete chain")) << text;
    EXPECT_EQ(chain("output").rules.size(), 1U);
  }
}

TEST_P(SkeletonRepairTest, ADormantTableWithAWrongChainTakesTwoSteps) {
  Rewrite([](TableSnapshot& table) {
    table.dormant = true;
    ChainOf(table, "output").base->priority = 0;
    ChainOf(table, "prerouting").base->policy = Policy::kDrop;
  });
  const SkeletonPlan first = Plan(Scope::kOwn);
  EXPECT_TRUE(first.continues);
  EXPECT_EQ(ToText({.operations = first.operations}).find("add table"), std::string::npos);
  ASSERT_TRUE(kernel_.Foreign(first.operations));
  const std::string second = Repair(Scope::kOwn);
  EXPECT_TRUE(second.starts_with("add table")) << second;
  EXPECT_FALSE(table().dormant);
}

TEST_P(SkeletonRepairTest, WhatIsMissingIsAdded) {
  Rewrite([](TableSnapshot& table) { table.chains.clear(); });
  EXPECT_EQ(ToText({.operations = Plan(Scope::kOwn).operations}).find("add table"), std::string::npos);
  Repair(Scope::kOwn);
  ASSERT_TRUE(kernel_.Foreign({DeleteChain{id_, "postrouting"}, DeleteSet{id_, kMasqueradeSet}}));
  const std::string text = Repair(Scope::kOwn);
  EXPECT_LT(text.find("add set"), text.find("add rule")) << text;
}

TEST_P(SkeletonRepairTest, FlushedRulesAreAppendedAgain) {
  for (const ChainSnapshot& c : table().chains) ASSERT_TRUE(kernel_.Foreign({FlushChain{id_, c.name}}));
  Repair(Scope::kOwn);
  EXPECT_EQ(chain("prerouting").rules.size(), 1U);
}

TEST_P(SkeletonRepairTest, AForeignRuleBehindOursStaysUnlessTheTableIsExclusive) {
  ASSERT_TRUE(kernel_.Foreign({AppendRule{id_, "output", foreign_rule_.expressions}}));
  EXPECT_TRUE(Plan(Scope::kOwn).operations.empty());
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 1U);
  Repair(Scope::kExclusive);
  EXPECT_EQ(chain("output").rules.size(), 1U);
}

TEST_P(SkeletonRepairTest, AForeignRuleInFrontOfOursIsRemovedInEitherScope) {
  for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
    Rewrite([&](TableSnapshot& table) {
      std::vector<RuleSnapshot>& rules = ChainOf(table, "output").rules;
      rules.insert(rules.begin(), foreign_rule_);
    });
    Repair(scope);
    EXPECT_EQ(chain("output").rules.size(), 1U);
  }
}

TEST_P(SkeletonRepairTest, ForeignChainsAndSetsAreRemovedRulesFirst) {
  const SetShape ports{.key_type = 13, .key_length = 2};
  SetShape anonymous = ports;
  anonymous.other_flags = NFT_SET_ANONYMOUS;
  const auto looks_into = [](const char* set) {
    return Expressions{PayloadExpression{PayloadBase::kTransport, 2, 2, 1}, LookupExpression{set, 1}};
  };
  ASSERT_TRUE(kernel_.Foreign(
      {EnsureSet{id_, "s", ports}, EnsureSet{id_, "__set%d", anonymous},
       EnsureChain{id_, "theirs", {"filter", Hook::kForward, 5}}, AppendRule{id_, "theirs", looks_into("s")},
       AppendRule{id_, "output", looks_into("s")}, AppendRule{id_, "output", looks_into("__set0")}}));
  ASSERT_EQ(table().sets.size(), 5U);
  EXPECT_TRUE(Plan(Scope::kOwn).operations.empty());
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 4U);
  Repair(Scope::kExclusive);
  EXPECT_EQ(table().chains.size(), 4U);
  EXPECT_EQ(table().sets.size(), 3U) << "the anonymous one goes with its rule";
  EXPECT_TRUE(Plan(Scope::kExclusive).foreign.empty());
}

INSTANTIATE_TEST_SUITE_P(Families, SkeletonRepairTest, testing::Values(Family::kIp, Family::kIp6),
                         [](const auto& param) { return std::string(Name(param.param)); });

}  // namespace
}  // namespace natplan
