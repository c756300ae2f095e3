// What has rules of its own, of several owners: localhost, and masquerades that name an interface.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/test_tables.h"
#include "tests/model/test_owners.h"

namespace natplan {
namespace {

class ReconcilerRulesTest : public OwnersTest {};

TEST_P(ReconcilerRulesTest, TargetAndLocalhostAreReplacedInOneTransaction) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  const std::string plain = Listing();
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().other_target)}));
  EXPECT_EQ(a_.sent().size(), 1U);
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Port80("a", w().other_target),
                                                      Port80("a", w().other_target) + " localhost"}));
  EXPECT_EQ(FindChain(Table(), "output")->rules.size(), 2U);
  EXPECT_EQ(FindChain(Table(), "postrouting")->rules.size(), 3U);
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  EXPECT_EQ(a_.sent().size(), 1U);
  EXPECT_EQ(Contents(kernel_),
            (std::set<std::string>{Port80("a", w().target), Port80("a", w().target) + " localhost"}));
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  EXPECT_EQ(a_.sent().size(), 1U);
  EXPECT_EQ(Listing(), plain);
}

TEST_P(ReconcilerRulesTest, TheLocalhostMapComesBeforeTheRuleThatLooksIntoItAndGoesAfterIt) {
  const std::string map = "map " + std::string(Name(w().family)) + " natplan map_localhost";
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  ASSERT_EQ(a_.sent().size(), 1U);
  const std::string come = a_.sent().front();
  EXPECT_LT(come.find("add " + map), come.find("map @map_localhost")) << come;
  EXPECT_TRUE(a_.Plans({})->transaction.operations.empty());
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  ASSERT_EQ(a_.sent().size(), 1U);
  const std::string go = a_.sent().front();
  EXPECT_LT(go.find("delete rule"), go.find("delete " + map)) << go;
  EXPECT_TRUE(a_.Plans({})->transaction.operations.empty());
}

TEST_P(ReconcilerRulesTest, TheLocalhostMapStaysAsLongAsAnyOwnerWantsIt) {
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  ASSERT_TRUE(b_.Adds({LocalTo(81, w().target)}));
  ASSERT_TRUE(a_.Removes({LocalTo(80, w().target)}));
  EXPECT_NE(FindSet(Table(), kLocalhostMap), nullptr);
  EXPECT_EQ(FindSet(Table(), kLocalhostMap)->elements.size(), 1U);
  ASSERT_TRUE(b_.Removes({To(81, w().target)}));
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr);
  EXPECT_EQ(FindChain(Table(), "output")->rules.size(), 1U);
}

TEST_P(ReconcilerRulesTest, InterfaceMasqueradesOfTwoOwnersStandBesideEachOtherAndForeignRulesStay) {
  const char* all = w().family == Family::kIp ? "0.0.0.0/0" : "::/0";
  ASSERT_TRUE(a_.Adds({MaskOut(w().wide, "eth0"), MaskOut(all, "eth1")}));
  ASSERT_TRUE(b_.Adds({MaskOut(w().wide, "eth0")}));
  ASSERT_TRUE(kernel_.Foreign({AppendRule{id(), "postrouting", {CounterExpression{}}}}));
  ASSERT_EQ(FindChain(Table(), "postrouting")->rules.size(), 6U);
  ASSERT_TRUE(a_.Removes({MaskOut(w().wide, "eth0")}));
  EXPECT_NE(a_.sent().back().find("delete rule"), std::string::npos);
  EXPECT_EQ(a_.sent().back().find("flush"), std::string::npos);
  EXPECT_EQ(Contents(kernel_),
            (std::set<std::string>{"a masquerades " + Prefix::Parse(all)->ToString() + " out eth1",
                                   std::string("b masquerades ") + w().wide + " out eth0"}));
  TestContext reset(kernel_, "b", Scope::kOwn, Inheritance::kReset);
  ASSERT_TRUE(reset.Adds({}));
  ASSERT_TRUE(a_.Removes({MaskOut(all, "eth1")}));
  ASSERT_EQ(FindChain(Table(), "postrouting")->rules.size(), 3U);
  EXPECT_EQ(FindChain(Table(), "postrouting")->rules[2].expressions, Expressions{CounterExpression{}});
}

TEST_P(ReconcilerRulesTest, TheGuardOfLoopbackIsThereAsLongAsAnyOwnerWantsLocalhost) {
  const bool guarded = w().family == Family::kIp;
  const auto guard = [&] { return FindChain(Table(), kLoopbackChain); };
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  EXPECT_EQ(guard() != nullptr, guarded);
  ASSERT_TRUE(b_.Adds({LocalTo(81, w().target)}));
  const std::string all = Listing();
  if (guarded) {
    EXPECT_EQ(guard()->rules.size(), 2U);
    const auto is_restored_after = [&](const Operation& damage) {
      ASSERT_TRUE(kernel_.Foreign({damage}));
      ASSERT_TRUE(b_.Adds({}));
      EXPECT_EQ(Listing(), all);
    };
    is_restored_after(DeleteChain{id(), kLoopbackChain});
    is_restored_after(FlushChain{id(), kLoopbackChain});
    is_restored_after(DeleteRule{id(), kLoopbackChain, guard()->rules[0].handle});
  }
  ASSERT_TRUE(a_.Removes({LocalTo(80, w().target)}));
  EXPECT_EQ(guard() != nullptr, guarded);
  // Where somebody has put a rule of his own into it, that stays.
  if (guarded) {
    ASSERT_TRUE(kernel_.Foreign({AppendRule{id(), kLoopbackChain, {CounterExpression{}}}}));
  }
  ASSERT_TRUE(b_.Adds({To(81, w().target)}));
  if (guarded) {
    ASSERT_NE(guard(), nullptr);
    ASSERT_EQ(guard()->rules.size(), 1U);
    EXPECT_EQ(guard()->rules[0].expressions, Expressions{CounterExpression{}});
    TestContext exclusive(kernel_, "b", Scope::kExclusive);
    ASSERT_TRUE(exclusive.Adds({}));
  }
  EXPECT_EQ(guard(), nullptr);
}

TEST_P(ReconcilerRulesTest, ARuleWhoseCommentIsNoNameIsNobodysUntilItIsAdopted) {
  ASSERT_TRUE(a_.Adds({MaskOut(w().wide, "eth0")}));
  const std::set<std::string> all = Contents(kernel_);
  for (const char* comment : {"", "no \"name\"", "\xff"}) {
    RulePlan rule = ToRule({Named("x"), MaskOut(w().other, "eth1")});
    ASSERT_TRUE(kernel_.Foreign({AppendRule{id(), rule.chain, rule.expressions, comment}}));
    const Result seen = b_.Adds({To(80, w().target)});
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->foreign.size(), 1U);
    ASSERT_TRUE(b_.Removes({To(80, w().target)}));
    EXPECT_EQ(FindChain(Table(), "postrouting")->rules.size(), 4U);
    TestContext adopt(kernel_, "b", Scope::kAdopt);
    ASSERT_TRUE(adopt.Adds({}));
    EXPECT_EQ(FindChain(Table(), "postrouting")->rules.size(), 3U);
    EXPECT_EQ(Contents(kernel_), all);
  }
}

TEST_P(ReconcilerRulesTest, AChainThatIsWrittenAgainKeepsTheRulesOfOtherOwners) {
  ASSERT_TRUE(a_.Adds({MaskOut(w().wide, "eth0")}));
  ASSERT_TRUE(b_.Adds({MaskOut(w().other, "eth1")}));
  const std::set<std::string> all = Contents(kernel_);
  Rewrite([](TableSnapshot& table) {
    std::vector<RuleSnapshot>& rules = ChainOf(table, "postrouting").rules;
    rules.insert(rules.begin(), {.expressions = {CounterExpression{}}});
  });
  ASSERT_TRUE(a_.Adds({}));
  EXPECT_EQ(Contents(kernel_), all);
  EXPECT_EQ(FindChain(Table(), "postrouting")->rules.size(), 4U);
  Rewrite([](TableSnapshot& table) { ChainOf(table, "postrouting").base->priority = 7; });
  ASSERT_TRUE(b_.Adds({}));
  EXPECT_EQ(Contents(kernel_), all);
}

TEST_P(ReconcilerRulesTest, ALostForwardLeavesTheLocalhostMapAsWell) {
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target), LocalTo(81, w().target)}));
  const HostPort port80 = LocalTo(80, w().target).key();
  const MapEntry ours{port80, Endpoint::Parse(w().target).value(), "a"};
  ASSERT_TRUE(
      kernel_.Foreign({DeleteElements{id(), kForwardMap, ForwardShape(w().family), {ToElement(ours)}}}));
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));
  const Result result = a_.Adds({Mask(w().wide)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_FALSE(Contents(kernel_).contains(Port80("a", w().target) + " localhost"));
  EXPECT_TRUE(Contents(kernel_).contains(Port80("b", w().other_target)));
}

INSTANTIATE_TEST_SUITE_P(Families, ReconcilerRulesTest, testing::Values(kIpWords, kIp6Words),
                         [](const auto& words) { return std::string(Name(words.param.family)); });

}  // namespace
}  // namespace natplan
