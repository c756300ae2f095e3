// What becomes of a table of layout 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/plan/old_ledger.h"
#include "core/plan/test_tables.h"
#include "tests/model/test_old_layout.h"
#include "tests/model/test_owners.h"

namespace natplan {
namespace {

class MigrationTest : public OwnersTest {
 protected:
  // Two owners with all that there is, and things that are nobody's.
  void SetUp() override {
    ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
    ASSERT_TRUE(
        b_.Adds({Mask(w().narrow), Mask(w().wide), To(81, w().other_target), MaskOut(w().wide, "eth1")}));
    PutRange(w().other);
    const Forward unowned = To(99, w().target);
    PutElement(kForwardMap, ForwardShape(w().family), ToElement(MapEntry{unowned.key(), unowned.to}));
    Element noted = ToElement(MapEntry{To(98, w().target).key(), unowned.to});
    noted.comment = "no \"name\"";
    PutElement(kForwardMap, ForwardShape(w().family), noted);
    all_ = Contents(kernel_);
    today_ = Listing();
    Rewrite(ToLayout1);
  }
  const SetSnapshot& Owners() { return *FindSet(Table(), kOwnersSet); }

  std::set<std::string> all_;
  std::string today_;
};

TEST_P(MigrationTest, IsReadAsWhatItStandsFor) {
  ASSERT_EQ(Table().comment, "natplan layout 1");
  ASSERT_NE(Listing(), today_);
  EXPECT_EQ(Contents(kernel_), all_);
}

TEST_P(MigrationTest, TheNextCallOfAnybodyMakesItAgainInOneBatch) {
  TestContext c(kernel_, "c");
  ASSERT_TRUE(c.Adds({Mask(w().middle)}));
  ASSERT_EQ(c.sent().size(), 1U);
  EXPECT_TRUE(c.sent().front().starts_with("delete table")) << c.sent().front();
  EXPECT_EQ(Table().comment, kTableComment);
  std::set<std::string> all = all_;
  all.insert(Wants("c", w().middle));
  EXPECT_EQ(Contents(kernel_), all);
  ASSERT_TRUE(c.Removes({Mask(w().middle)}));
  EXPECT_EQ(Listing(), today_);
  for (TestContext* context : {&a_, &b_, &c}) {
    ASSERT_TRUE(context->Adds({}));
    EXPECT_TRUE(context->sent().empty());
  }
}

TEST_P(MigrationTest, ARemovalDoesItToo) {
  TestContext fresh(kernel_, "a");
  ASSERT_TRUE(fresh.Removes({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  EXPECT_EQ(Table().comment, kTableComment);
  std::set<std::string> all = all_;
  std::erase_if(all, [](const std::string& line) { return line.starts_with("a "); });
  EXPECT_EQ(Contents(kernel_), all);
  TestContext b(kernel_, "b");
  ASSERT_TRUE(b.Replaces({}));
  EXPECT_TRUE(Owners().elements.empty());
}

TEST_P(MigrationTest, ContextsThatAreOpenMeanwhileGoOn) {
  ASSERT_TRUE(b_.Adds({To(82, w().target)}));
  ASSERT_TRUE(a_.Removes({Mask(w().wide)}));
  std::set<std::string> all = all_;
  all.erase(Wants("a", w().wide));
  all.insert("b forwards " + ToString(To(82, w().target).key()) + " to " + w().target);
  EXPECT_EQ(Contents(kernel_), all);
}

TEST_P(MigrationTest, EveryScopeUnderstandsIt) {
  for (const Scope scope : {Scope::kApply, Scope::kAdopt, Scope::kExclusive}) {
    kernel_.FlushRuleset();
    TestContext a(kernel_, "a");
    TestContext b(kernel_, "b");
    ASSERT_TRUE(a.Adds({Mask(w().wide)}));
    ASSERT_TRUE(b.Adds({Mask(w().narrow)}));
    PutRange(w().other);
    Rewrite(ToLayout1);
    TestContext context(kernel_, "a", scope);
    ASSERT_TRUE(context.Replaces({Mask(w().wide)}));
    EXPECT_EQ(Table().comment, kTableComment);
    std::set<std::string> want = {Set(w().wide), Wants("a", w().wide)};
    if (scope != Scope::kExclusive) want.insert(Wants("b", w().narrow));
    if (scope == Scope::kApply) want.insert(Set(w().other));
    EXPECT_EQ(Contents(kernel_), want);
  }
}

// What cannot be made again with the table stays, and the ledger alone is changed.
TEST_P(MigrationTest, WithForeignThingsInItTheLedgerAloneIsMadeAgain) {
  ASSERT_TRUE(kernel_.Foreign({EnsureChain{id(), "theirs", {"nat", Hook::kOutput, 5}},
                               AppendRule{id(), "postrouting", {CounterExpression{}}}}));
  TestContext c(kernel_, "c");
  const Result result = c.Adds({Mask(w().middle)});
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(Table().comment, kOldTableComment);
  EXPECT_NE(FindChain(Table(), "theirs"), nullptr);
  const auto& rules = FindChain(Table(), "postrouting")->rules;
  EXPECT_TRUE(std::ranges::any_of(
      rules, [](const RuleSnapshot& rule) { return rule.expressions == Expressions{CounterExpression{}}; }));
  EXPECT_EQ(Owners().shape, OwnersShape(w().family));
  std::set<std::string> all = all_;
  all.insert(Wants("c", w().middle));
  EXPECT_EQ(Contents(kernel_), all);
  ASSERT_TRUE(c.Adds({}));
  EXPECT_TRUE(c.sent().empty()) << c.sent().front();
  ASSERT_TRUE(a_.Removes({Mask(w().wide)}));
  all.erase(Wants("a", w().wide));
  EXPECT_EQ(Contents(kernel_), all);
}

TEST_P(MigrationTest, AnEntryThatCannotBeUnderstoodStopsItAndNothingIsLost) {
  const Element element = Owners().elements.front();
  for (const char* comment : {"", "somebody", "no\nname"}) {
    Rewrite([&](TableSnapshot& table) { SetOf(table, kOwnersSet).elements.front().comment = comment; });
    const std::string before = Listing();
    TestContext c(kernel_, "c");
    const Result result = c.Adds({Mask(w().middle)});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_EQ(Listing(), before);
  }
  Rewrite([&](TableSnapshot& table) { SetOf(table, kOwnersSet).elements.front() = element; });
  TestContext c(kernel_, "c");
  EXPECT_TRUE(c.Adds({Mask(w().middle)}));
}

// Names that only the old hash could not tell apart.
TEST_P(MigrationTest, TheOldHashIsCheckedAndTheNewOneWritten) {
  const Owner owner = Named("8yn0iYCKYHlIj4-BwPqk");
  kernel_.FlushRuleset();
  TestContext old(kernel_, owner.name().c_str());
  ASSERT_TRUE(old.Adds({Mask(w().wide)}));
  Rewrite(ToLayout1);
  // The other name has the same old hash: whose entry it is, the comment says.
  TestContext other(kernel_, "GReLUrM4wMqfg9yzV3KQ");
  ASSERT_TRUE(other.Adds({Mask(w().wide)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Wants("8yn0iYCKYHlIj4-BwPqk", w().wide),
                                                      Wants("GReLUrM4wMqfg9yzV3KQ", w().wide)}));
}

INSTANTIATE_TEST_SUITE_P(Families, MigrationTest, testing::Values(kIpWords, kIp6Words),
                         [](const auto& words) { return std::string(Name(words.param.family)); });

}  // namespace
}  // namespace natplan
