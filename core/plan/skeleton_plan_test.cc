#include "core/plan/skeleton_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/plan/fake_kernel.h"
#include "core/text/nft_text.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

class SkeletonPlanTest : public testing::TestWithParam<Family> {
 protected:
  SkeletonPlanTest() { EXPECT_TRUE(kernel_.Foreign(Skeleton(id_))); }

  TableSnapshot& table() { return *kernel_.Find(id_.family); }
  ChainSnapshot& chain(const char* name) { return *FindChain(table(), name); }
  SkeletonPlan Plan(Scope scope) { return PlanSkeleton(id_, &table(), scope); }

  // Plans, carries out, and expects the skeleton to be whole afterwards.
  std::string Repair(Scope scope) {
    const SkeletonPlan plan = Plan(scope);
    EXPECT_FALSE(plan.obstacle.has_value());
    const Transaction transaction{.operations = plan.operations};
    EXPECT_TRUE(std::holds_alternative<Committed>(kernel_.Commit(transaction))) << ToText(transaction);
    EXPECT_TRUE(Plan(scope).operations.empty()) << ToText({.operations = Plan(scope).operations});
    return ToText(transaction);
  }

  TableId id_{GetParam(), "natplan"};
  FakeKernel kernel_;
  const RuleSnapshot foreign_rule_{.expressions = {CounterExpression{}}};
};

TEST_P(SkeletonPlanTest, NoTableNeedsAllOfIt) {
  EXPECT_EQ(PlanSkeleton(id_, nullptr, Scope::kOwn).operations, Skeleton(id_));
}

TEST_P(SkeletonPlanTest, AWholeSkeletonNeedsNothingInEitherForm) {
  for (const std::size_t form : {0U, 1U}) {
    for (const ChainPlan& plan : Chains({}, id_.family))
      chain(plan.name.c_str()).rules.front().expressions = plan.forms[std::min(form, plan.forms.size() - 1)];
    for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
      EXPECT_TRUE(Plan(scope).operations.empty());
      EXPECT_TRUE(Plan(scope).foreign.empty());
    }
  }
}

TEST_P(SkeletonPlanTest, ACommentOfANewerNatplanIsShownInOneLine) {
  table().comment = "natplan layout 9\nnatplan: b";
  const auto error = OtherVersion(table());
  ASSERT_TRUE(error.has_value());
  for (const std::string& text : {error->text, error->theirs}) {
    EXPECT_NE(text.find("natplan layout 9\\x0anatplan: b"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST_P(SkeletonPlanTest, ADormantTableIsWoken) {
  table().dormant = true;
  EXPECT_EQ(Repair(Scope::kOwn), "add table " + std::string(Name(id_.family)) + " natplan\n");
}

TEST_P(SkeletonPlanTest, APolicyDropIsTakenBackWithoutTouchingTheRules) {
  chain("output").base->policy = Policy::kDrop;
  EXPECT_EQ(Repair(Scope::kOwn),
            "add chain " + std::string(Name(id_.family)) +
                " natplan output { type nat hook output priority -99; policy accept; }\n");
}

TEST_P(SkeletonPlanTest, AChainThatIsAnotherIsDeletedAndAdded) {
  for (const std::function<void(ChainSnapshot&)>& change : std::vector<std::function<void(ChainSnapshot&)>>{
           [](ChainSnapshot& c) { c.base->priority = 0; },
           [](ChainSnapshot& c) { c.base->hook = Hook::kPostrouting; },
           [](ChainSnapshot& c) { c.base->type = "filter"; }, [](ChainSnapshot& c) { c.base.reset(); }}) {
    change(chain("output"));
    const std::string text = Repair(Scope::kOwn);
    EXPECT_TRUE(text.starts_with("delete chain")) << text;
    EXPECT_EQ(chain("output").rules.size(), 1U);
  }
}

TEST_P(SkeletonPlanTest, ADormantTableWithAWrongChainTakesTwoSteps) {
  table().dormant = true;
  chain("output").base->priority = 0;
  chain("prerouting").base->policy = Policy::kDrop;
  const SkeletonPlan first = Plan(Scope::kOwn);
  EXPECT_TRUE(first.continues);
  EXPECT_EQ(ToText({.operations = first.operations}).find("add table"), std::string::npos);
  ASSERT_TRUE(std::holds_alternative<Committed>(kernel_.Commit({.operations = first.operations})));
  const std::string second = Repair(Scope::kOwn);
  EXPECT_TRUE(second.starts_with("add table")) << second;
  EXPECT_FALSE(table().dormant);
}

TEST_P(SkeletonPlanTest, WhatIsMissingIsAdded) {
  table().chains.clear();
  EXPECT_EQ(ToText({.operations = Plan(Scope::kOwn).operations}).find("add table"), std::string::npos);
  Repair(Scope::kOwn);
  std::erase_if(table().chains, [](const ChainSnapshot& c) { return c.name == "postrouting"; });
  std::erase_if(table().sets, [](const SetSnapshot& s) { return s.name == kMasqueradeSet; });
  const std::string text = Repair(Scope::kOwn);
  EXPECT_LT(text.find("add set"), text.find("add rule")) << text;
}

TEST_P(SkeletonPlanTest, FlushedRulesAreAppendedAgain) {
  for (ChainSnapshot& c : table().chains) c.rules.clear();
  Repair(Scope::kOwn);
  EXPECT_EQ(chain("prerouting").rules.size(), 1U);
}

TEST_P(SkeletonPlanTest, AForeignRuleBehindOursStaysUnlessTheTableIsExclusive) {
  chain("output").rules.push_back(foreign_rule_);
  EXPECT_TRUE(Plan(Scope::kOwn).operations.empty());
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 1U);
  Repair(Scope::kExclusive);
  EXPECT_EQ(chain("output").rules.size(), 1U);
}

TEST_P(SkeletonPlanTest, AForeignRuleInFrontOfOursIsRemovedInEitherScope) {
  for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
    auto& rules = chain("output").rules;
    rules.insert(rules.begin(), foreign_rule_);
    Repair(scope);
    EXPECT_EQ(chain("output").rules.size(), 1U);
  }
}

TEST_P(SkeletonPlanTest, ASetOfAnotherTypeIsAnObstacle) {
  const std::vector<std::function<void(SetSnapshot&)>> changes = {
      [](SetSnapshot& s) { s.shape.interval = !s.shape.interval; },
      [](SetSnapshot& s) { s.shape.key_type = 13; }, [](SetSnapshot& s) { s.shape.other_flags = 16; },
      [](SetSnapshot& s) { s.shape.key_length = 2; }};
  for (const char* name : {kMasqueradeSet, kForwardMap}) {
    for (const auto& change : changes) {
      const SetSnapshot before = *FindSet(table(), name);
      change(*FindSet(table(), name));
      for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
        const SkeletonPlan plan = Plan(scope);
        ASSERT_TRUE(plan.obstacle.has_value());
        EXPECT_EQ(plan.obstacle->code, ErrorCode::kConflict);
        EXPECT_TRUE(plan.operations.empty());
      }
      *FindSet(table(), name) = before;
    }
  }
}

TEST_P(SkeletonPlanTest, ForeignChainsAndSetsAreShownOrRemovedRulesFirst) {
  table().chains.push_back({.name = "theirs", .rules = {{.expressions = {LookupExpression{"s", 1}}}}});
  table().sets.push_back({.name = "s", .shape = {.key_type = 13, .key_length = 2}});
  table().sets.push_back({.name = "__set0", .shape = {.key_type = 13, .key_length = 2, .other_flags = 1}});
  chain("output").rules.push_back({.expressions = {LookupExpression{"s", 1}}});
  table().others = {"counter c"};
  EXPECT_TRUE(Plan(Scope::kOwn).operations.empty());
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 4U);
  Repair(Scope::kExclusive);
  EXPECT_EQ(table().chains.size(), 4U);
  EXPECT_EQ(table().sets.size(), 4U) << "the anonymous one goes with its rule";
  EXPECT_EQ(Plan(Scope::kExclusive).foreign.size(), 1U) << "objects are shown";
}

INSTANTIATE_TEST_SUITE_P(Families, SkeletonPlanTest, testing::Values(Family::kIp, Family::kIp6),
                         [](const auto& param) { return std::string(Name(param.param)); });

}  // namespace
}  // namespace natplan
