// What a call does where somebody else holds what it wants.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/plan/test_tables.h"
#include "tests/model/reconciler_fixture.h"

namespace natplan {
namespace {

class ReconcilerConflictTest : public ReconcilerTest {};

TEST_F(ReconcilerConflictTest, AForeignPartOfAPrefixIsAConflictInEveryPosition) {
  for (const char* foreign :
       {"10.0.0.0/25", "10.0.0.64/26", "10.0.0.128/25", "10.0.0.255/32", "10.0.0.0/16", "10.0.0.0/8"}) {
    kernel_.FlushRuleset();
    Use({}, Scope::kOwn);
    Fill();
    ASSERT_TRUE(kernel_.Foreign(ForeignRange(foreign)) || std::string(foreign) == "10.0.0.0/8");
    if (std::string(foreign) == "10.0.0.0/8") continue;
    const std::string before = ListingText(kernel_.state());
    const Result result = Run({Add(Mask("10.0.0.0/24"))});
    ASSERT_FALSE(result) << foreign;
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_NE(result.error().theirs.find(Prefix::Parse(foreign)->ToString()), std::string::npos)
        << result.error().theirs;
    EXPECT_NE(result.error().ours.find("10.0.0.0/24"), std::string::npos);
    EXPECT_EQ(ListingText(kernel_.state()), before);
    EXPECT_EQ(Wanted(), 12U);
  }
}

TEST_F(ReconcilerConflictTest, AConflictThatOnlyTheStaleMirrorSeesIsReadAgain) {
  Fill();
  ASSERT_TRUE(kernel_.Foreign(ForeignRange("10.0.0.0/25")));
  ASSERT_FALSE(Run({Add(Mask("10.0.0.0/24"))}));
  ASSERT_TRUE(Run({Add(Mask("10.8.0.0/16"))}));  // the mirror now shows 10.0.0.0/25
  ASSERT_TRUE(kernel_.Foreign({DeleteElements{{Family::kIp, "natplan"},
                                              kMasqueradeSet,
                                              MasqueradeShape(Family::kIp),
                                              {ToElement(Prefix::Parse("10.0.0.0/25").value())}}}));
  EXPECT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  EXPECT_GE(reads_, 1);
}

TEST_F(ReconcilerConflictTest, AHeldIntentThatSomebodyTookIsReportedAndBlocksNothing) {
  Fill();
  kernel_.FlushRuleset();
  std::vector<Operation> foreign = Skeleton({Family::kIp, "natplan"});
  foreign.push_back(ForeignRange("10.1.0.0/17").front());
  ASSERT_TRUE(kernel_.Foreign(foreign));
  const Result result = Run({Add(Mask("10.9.0.0/16"))});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
  EXPECT_NE(result->lost[0].ours.find("10.1.0.0/16"), std::string::npos);
  EXPECT_NE(result->lost[0].theirs.find("10.1.0.0/17"), std::string::npos);
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 8U);
}

TEST_F(ReconcilerConflictTest, ARemovalIsNotBlockedByWhatItWouldBringBack) {
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/16")), Add(Mask("10.0.0.0/8"))}));
  kernel_.FlushRuleset();
  std::vector<Operation> foreign = Skeleton({Family::kIp, "natplan"});
  foreign.push_back(ForeignRange("10.0.0.0/17").front());
  ASSERT_TRUE(kernel_.Foreign(foreign));
  const Result result = Run({Remove(Mask("10.0.0.0/8"))});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
}

TEST_F(ReconcilerConflictTest, AnEditThatTheDesiredStateRefusesUndoesThoseBeforeIt) {
  Fill();
  Edit other = Add(To(81, "10.7.7.7:7"));
  other.owner = Owner::Make("other").value();
  EXPECT_EQ(Run({Add(Mask("10.9.0.0/16")), Remove(Mask("10.1.0.0/16")), other}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(reads_, 1) << "the kernel may hold something under a name that is new here";
  EXPECT_EQ(commits_, 0);
  EXPECT_EQ(Wanted(), 12U);
}

TEST_F(ReconcilerConflictTest, AWrongSetIsAnObstacleThatIsSaid) {
  ASSERT_TRUE(kernel_.Foreign(
      {EnsureTable{{Family::kIp, "natplan"}},
       EnsureSet{{Family::kIp, "natplan"}, kMasqueradeSet, {.key_type = 13, .key_length = 2}}}));
  const Result result = Run({Add(Mask("10.0.0.0/24"))});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_NE(result.error().theirs.find("inet_service"), std::string::npos);
  ASSERT_TRUE(kernel_.Foreign({DeleteTable{{Family::kIp, "natplan"}}}));
  EXPECT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
}

TEST_F(ReconcilerConflictTest, InExclusiveScopeWhatIsNotWantedIsRemovedAndOnce) {
  Use({}, Scope::kExclusive);
  Fill();
  ASSERT_TRUE(kernel_.Foreign(ForeignRange("10.0.0.0/25")));
  // Somebody gave one of our ports another target; we do not want that port any more either.
  const Element theirs = ToElement(MapEntry{To(81, "9.9.9.9:9").key(), To(81, "9.9.9.9:9").to});
  const auto take_our_port = [&](TableSnapshot& table) {
    std::vector<Element>& elements = SetOf(table, kForwardMap).elements;
    *std::ranges::find(elements, theirs.key, &Element::key) = theirs;
  };
  ASSERT_TRUE(kernel_.Rewrite(Family::kIp, [&](TableSnapshot& table) {
    take_our_port(table);
    SetOf(table, kMasqueradeSet).other_elements = true;
    SetOf(table, kForwardMap).other_elements = true;
  }));
  ASSERT_TRUE(Run({Remove(To(81, "10.1.0.1:1"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->elements.size(), 2U);
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 6U);
  EXPECT_FALSE(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->other_elements);
  ASSERT_TRUE(Run({Add(To(81, "10.1.0.1:1"))}));
  ASSERT_TRUE(kernel_.Rewrite(Family::kIp, take_our_port));
  ASSERT_TRUE(Run({Remove(To(81, "10.1.0.1:1"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->elements.size(), 2U);
}

}  // namespace
}  // namespace natplan
