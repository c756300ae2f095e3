#include "core/plan/skeleton_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/plan/test_tables.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

class SkeletonPlanTest : public testing::TestWithParam<Family> {
 protected:
  SkeletonPlan Plan(Scope scope) { return PlanSkeleton(table_.id, &table_, scope); }
  std::string Text(Scope scope) { return ToText({.operations = Plan(scope).operations}); }

  TableSnapshot table_ = Laid({}, GetParam());
};

TEST_P(SkeletonPlanTest, NoTableNeedsAllOfIt) {
  EXPECT_EQ(PlanSkeleton(table_.id, nullptr, Scope::kOwn).operations, Skeleton(table_.id));
}

TEST_P(SkeletonPlanTest, AWholeSkeletonNeedsNothingInEitherForm) {
  for (const std::size_t form : {0U, 1U}) {
    for (const ChainPlan& plan : Chains({}, GetParam()))
      ChainOf(table_, plan.name).rules.front().expressions =
          plan.forms[std::min(form, plan.forms.size() - 1)];
    for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
      EXPECT_TRUE(Plan(scope).operations.empty());
      EXPECT_TRUE(Plan(scope).foreign.empty());
    }
  }
}

TEST_P(SkeletonPlanTest, ACommentOfANewerNatplanIsShownInOneLine) {
  table_.comment = "natplan layout 9\nnatplan: b";
  const auto error = OtherVersion(table_);
  ASSERT_TRUE(error.has_value());
  for (const std::string& text : {error->text, error->theirs}) {
    EXPECT_NE(text.find("natplan layout 9\\x0anatplan: b"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST_P(SkeletonPlanTest, ASetOfAnotherTypeIsAnObstacle) {
  const std::vector<std::function<void(SetSnapshot&)>> changes = {
      [](SetSnapshot& s) { s.shape.interval = !s.shape.interval; },
      [](SetSnapshot& s) { s.shape.key_type = 13; }, [](SetSnapshot& s) { s.shape.other_flags = 16; },
      [](SetSnapshot& s) { s.shape.key_length = 2; }};
  for (const char* name : {kMasqueradeSet, kForwardMap}) {
    for (const auto& change : changes) {
      const SetSnapshot before = SetOf(table_, name);
      change(SetOf(table_, name));
      for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
        const SkeletonPlan plan = Plan(scope);
        ASSERT_TRUE(plan.obstacle.has_value());
        EXPECT_EQ(plan.obstacle->code, ErrorCode::kConflict);
        EXPECT_TRUE(plan.operations.empty());
      }
      SetOf(table_, name) = before;
    }
  }
}

TEST_P(SkeletonPlanTest, ForeignChainsAndSetsAreShownOrRemovedRulesFirst) {
  const RuleSnapshot foreign{.handle = 99, .expressions = {LookupExpression{"s", 1}}};
  table_.chains.push_back({.name = "theirs", .rules = {foreign}});
  table_.sets.push_back({.name = "s", .shape = {.key_type = 13, .key_length = 2}});
  table_.sets.push_back({.name = "__set0", .shape = {.key_type = 13, .key_length = 2, .other_flags = 1}});
  ChainOf(table_, "output").rules.push_back(foreign);
  table_.others = {"counter c"};
  EXPECT_TRUE(Plan(Scope::kOwn).operations.empty());
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 4U);
  const std::string text = Text(Scope::kExclusive);
  const std::string in_table = std::string(Name(GetParam())) + " natplan ";
  const std::size_t set_goes = text.find("delete set " + in_table + "s\n");
  ASSERT_NE(set_goes, std::string::npos) << text;
  EXPECT_LT(text.find("flush chain " + in_table + "output"), set_goes) << text;
  EXPECT_LT(text.find("delete chain " + in_table + "theirs"), set_goes) << text;
  EXPECT_EQ(text.find("__set0"), std::string::npos) << "the anonymous one goes with its rule";
  EXPECT_EQ(Plan(Scope::kExclusive).foreign.size(), 1U) << "objects are shown";
}

INSTANTIATE_TEST_SUITE_P(Families, SkeletonPlanTest, testing::Values(Family::kIp, Family::kIp6),
                         [](const auto& param) { return std::string(Name(param.param)); });

}  // namespace
}  // namespace natplan
