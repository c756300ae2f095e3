// What the ledger, the table's version and the scope say about whose an element is.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/test_owners.h"

namespace natplan {
namespace {

class ReconcilerLedgerTest : public OwnersTest {};

TEST_P(ReconcilerLedgerTest, AnEntryWithoutItsElementIsRepairedByWhoeverActs) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  const std::string before = Listing();
  ASSERT_TRUE(kernel_.Foreign({FlushSet{id(), kMasqueradeSet, false}}));
  ASSERT_TRUE(b_.Adds({To(81, w().target)}));
  ASSERT_TRUE(b_.Removes({To(81, w().target)}));
  EXPECT_EQ(Listing(), before);
}

TEST_P(ReconcilerLedgerTest, AnElementThatNoEntryExplainsIsShownAndKeptUntilItsOwnerActs) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  const std::set<std::string> all = Contents(kernel_);
  ASSERT_TRUE(kernel_.Foreign({FlushSet{id(), kOwnersSet, false}}));
  const Result result = b_.Adds({To(81, w().target)});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->foreign.size(), 1U);
  EXPECT_NE(result->foreign[0].find(w().wide), std::string::npos);
  EXPECT_TRUE(Contents(kernel_).contains(Set(w().wide)));
  EXPECT_FALSE(Contents(kernel_).contains(Wants("a", w().wide)));
  ASSERT_TRUE(b_.Removes({To(81, w().target)}));
  ASSERT_TRUE(a_.Adds({}));
  EXPECT_EQ(Contents(kernel_), all);
}

TEST_P(ReconcilerLedgerTest, WhatIsNotAnEntryOfTheLedgerIsAConflictThatOnlyExclusiveRemoves) {
  const Owner owner = Named("a");
  const LedgerEntry entry{Prefix::Parse(w().middle).value(), owner.hash()};
  const Element good = ToElement(entry, owner);
  const std::size_t size = AddressBytes(w().family);
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    std::vector<std::uint8_t> key(good.key.span().begin(), good.key.span().end());
    key[at] = value;
    Element out = good;
    out.key = ElementKey(key);
    return out;
  };
  Element unnamed = good;
  unnamed.comment = "";
  Element misnamed = good;
  misnamed.comment = "b";
  const Element junk[] = {unnamed,
                          misnamed,
                          changed(size - 1, 1),    // host bits
                          changed(size + 1, 0),    // everything
                          changed(size + 1, 129),  // longer than an address
                          changed(size + 2, 1),    // padding
                          changed(size + 4, 1)};   // another hash
  for (const Element& element : junk) {
    kernel_ = FakeKernel();
    TestContext a(kernel_, "a");
    TestContext b(kernel_, "b");
    ASSERT_TRUE(a.Adds({Mask(w().wide), To(80, w().target)}));
    PutElement(kOwnersSet, OwnersShape(w().family), element);
    const std::string before = Listing();
    for (TestContext* context : {&a, &b}) {
      const Result result = context->Adds({Mask(w().other)});
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::kConflict);
      const std::string line =
          ToLine(AddElements{id(), kOwnersSet, OwnersShape(w().family), false, {element}}, 0);
      EXPECT_EQ("add " + result.error().theirs, line);
      EXPECT_EQ(Listing(), before);
    }
    TestContext exclusive(kernel_, "a", Scope::kExclusive);
    ASSERT_TRUE(exclusive.Adds({Mask(w().other)}));
    EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Set(w().other), Wants("a", w().wide),
                                                        Wants("a", w().other), Port80("a", w().target)}));
  }
}

TEST_P(ReconcilerLedgerTest, TwoNamesWithOneHashAreAConflict) {
  TestContext first(kernel_, kSameHash[0]);
  TestContext second(kernel_, kSameHash[1]);
  ASSERT_TRUE(first.Adds({Mask(w().wide)}));
  const std::string before = Listing();
  const Result result = second.Adds({Mask(w().other)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Listing(), before);
  PutElement(kOwnersSet, OwnersShape(w().family), Recorded(w().other, kSameHash[1]));
  EXPECT_EQ(a_.Adds({Mask(w().wide)}).error().code, ErrorCode::kConflict);
}

TEST_P(ReconcilerLedgerTest, ATableWithoutAVersionIsMadeAgainWithEverythingInIt) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({Mask(w().narrow)}));
  PutRange(w().other);
  const Forward unowned = To(99, w().target);
  PutElement(kForwardMap, ForwardShape(w().family), ToElement(MapEntry{unowned.key(), unowned.to}));
  std::set<std::string> all = Contents(kernel_);
  (kernel_.Edit(), Table()).comment = "";
  ASSERT_TRUE(b_.Adds({Mask(w().middle)}));
  all.insert(Wants("b", w().middle));
  EXPECT_EQ(Contents(kernel_), all);
  EXPECT_EQ(Table().comment, kTableComment);
  EXPECT_TRUE(b_.sent().back().starts_with("delete table")) << b_.sent().back();
  ASSERT_TRUE(b_.Adds({}));
  EXPECT_TRUE(b_.sent().empty());
}

TEST_P(ReconcilerLedgerTest, ATableWithoutAVersionAndWithForeignThingsIsUsedAsItIs) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  (kernel_.Edit(), Table()).comment = "";
  ASSERT_TRUE(kernel_.Foreign({EnsureChain{id(), "theirs", {"nat", Hook::kOutput, 5}}}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  EXPECT_EQ(Table().comment, "");
  EXPECT_NE(FindChain(Table(), "theirs"), nullptr);
  EXPECT_TRUE(Contents(kernel_).contains(Wants("b", w().other)));
}

TEST_P(ReconcilerLedgerTest, ANewerLayoutIsRefusedWhateverIsAskedOfIt) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  (kernel_.Edit(), Table()).comment = "natplan layout 2";
  const std::string before = Listing();
  for (TestContext* context : {&a_, &b_}) {
    const Result result = context->Adds({Mask(w().other)});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_EQ(result.error().theirs, "natplan layout 2");
  }
  TestContext fresh(kernel_, "a");
  for (TestContext* context : {&a_, &fresh}) EXPECT_FALSE(context->Removes({Mask(w().wide)}));
  TestContext exclusive(kernel_, "a", Scope::kExclusive);
  EXPECT_FALSE(exclusive.Replaces({}));
  EXPECT_EQ(Listing(), before);
  // What says nothing about a layout is somebody's own business.
  (kernel_.Edit(), Table()).comment = "hands off";
  EXPECT_TRUE(a_.Adds({Mask(w().other)}));
}

TEST_P(ReconcilerLedgerTest, AnApplyTakesATableFromBeforeThereWereOwnersForItsOwn) {
  ASSERT_TRUE(kernel_.Foreign(Skeleton(id())));
  Table().comment = "";
  PutRange(w().other);
  TestContext apply(kernel_, "a", Scope::kApply);
  ASSERT_TRUE(apply.Replaces({Mask(w().wide)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Wants("a", w().wide)}));
  // From now on somebody is recorded.
  PutRange(w().other);
  TestContext again(kernel_, "b", Scope::kApply);
  for (TestContext* context : {&apply, &again}) {
    ASSERT_TRUE(context->Replaces({To(context == &apply ? 80 : 81, w().target)}));
    EXPECT_TRUE(Contents(kernel_).contains(Set(w().other)));
  }
}

TEST_P(ReconcilerLedgerTest, AnApplyAfterTheLedgerWasFlushedTakesNothingOfOthers) {
  ASSERT_TRUE(b_.Adds({Mask(w().other), To(81, w().target)}));
  ASSERT_TRUE(kernel_.Foreign({FlushSet{id(), kOwnersSet, false}, FlushSet{id(), kForwardMap, true}}));
  TestContext apply(kernel_, "a", Scope::kApply);
  ASSERT_TRUE(apply.Replaces({Mask(w().wide)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Set(w().other), Wants("a", w().wide)}));
}

TEST_P(ReconcilerLedgerTest, AnApplyThatAdoptsTakesOverWhatNobodyIsRecordedFor) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide), To(81, w().target)}));
  const std::set<std::string> of_b = Contents(kernel_);
  PutRange(w().other);
  const Forward unowned = To(99, w().target);
  PutElement(kForwardMap, ForwardShape(w().family), ToElement(MapEntry{unowned.key(), unowned.to}));
  for (const bool wanted : {true, false}) {
    TestContext adopt(kernel_, "a", Scope::kAdopt);
    const std::vector<Intent> intents = {Mask(w().other), unowned};
    ASSERT_TRUE(adopt.Replaces(wanted ? intents : std::vector<Intent>()));
    std::set<std::string> want = of_b;
    if (wanted) {
      want.insert(Set(w().other));
      want.insert(Wants("a", w().other));
      want.insert("a forwards " + ToString(unowned.key()) + " to " + w().target);
    }
    EXPECT_EQ(Contents(kernel_), want);
  }
  PutRange(w().other);
  TestContext adopt(kernel_, "c", Scope::kAdopt);
  ASSERT_TRUE(adopt.Replaces({}));
  EXPECT_EQ(Contents(kernel_), of_b) << "also one that wants nothing itself";
}

TEST_P(ReconcilerLedgerTest, AnExclusiveApplyLeavesNothingOfOthers) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide), LocalTo(81, w().target), MaskOut(w().other, "eth0")}));
  PutRange(w().other);
  TestContext exclusive(kernel_, "a", Scope::kExclusive);
  ASSERT_TRUE(exclusive.Replaces({Mask(w().narrow)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().narrow), Wants("a", w().narrow)}));
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr);
  ASSERT_TRUE(exclusive.Replaces({Mask(w().narrow)}));
  EXPECT_TRUE(exclusive.sent().empty());
}

TEST_P(ReconcilerLedgerTest, APrefixThatOnlyTheLedgerHasIsRemovedByAFreshContext) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  ASSERT_TRUE(b_.Adds({Mask(w().narrow)}));
  TestContext fresh(kernel_, "a");
  ASSERT_TRUE(fresh.Removes({Mask(w().wide)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().narrow), Wants("b", w().narrow)}));
}

TEST_P(ReconcilerLedgerTest, WhatNobodyOwnsInTheWayOfAPrefixIsToldToItsOwnerAlone) {
  ASSERT_TRUE(a_.Adds({Mask(w().middle)}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  ASSERT_TRUE(kernel_.Foreign({FlushSet{id(), kMasqueradeSet}}));
  PutRange(w().narrow);
  const Result of_b = b_.Adds({To(80, w().target)});
  ASSERT_TRUE(of_b);
  EXPECT_TRUE(of_b->lost.empty());
  EXPECT_EQ(of_b->foreign.size(), 1U);
  EXPECT_TRUE(Contents(kernel_).contains(Set(w().other)));
  const Result of_a = a_.Adds({To(81, w().target)});
  ASSERT_TRUE(of_a);
  ASSERT_EQ(of_a->lost.size(), 1U);
  EXPECT_NE(of_a->lost[0].ours.find(w().middle), std::string::npos) << of_a->lost[0].ours;
}

TEST_P(ReconcilerLedgerTest, ATableWithoutAVersionAndWithElementsThatCannotBeNamedIsUsedAsItIs) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  kernel_.Edit();
  Table().comment.clear();
  FindSet(Table(), kForwardMap)->other_elements = true;
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  EXPECT_TRUE(FindSet(Table(), kForwardMap)->other_elements) << "they went with the table";
  EXPECT_TRUE(Contents(kernel_).contains(Port80("a", w().target)));
}

INSTANTIATE_TEST_SUITE_P(Families, ReconcilerLedgerTest, testing::Values(kIpWords, kIp6Words),
                         [](const auto& words) { return std::string(Name(words.param.family)); });

}  // namespace
}  // namespace natplan
