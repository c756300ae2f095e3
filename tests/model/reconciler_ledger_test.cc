// What the ledger, the table's version and the scope say about whose an element is.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/test_tables.h"
#include "tests/model/test_owners.h"

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

class LedgerJunkTest : public ReconcilerLedgerTest {
 protected:
  Element Changed(std::size_t at, std::uint8_t value) const {
    std::vector<std::uint8_t> key(good_.key.span().begin(), good_.key.span().end());
    key[at] = value;
    Element out = good_;
    out.key = ElementKey(key);
    return out;
  }
  // The place of a's wish for `middle`, with another comment.
  std::vector<Element> Misnamed() const {
    std::vector<Element> out;
    for (const char* comment : {"", "b", "no\nname", "\xff\xfe"}) {
      out.push_back(good_);
      out.back().comment = comment;
    }
    return out;
  }
  std::vector<Element> All() const {
    const std::size_t size = AddressBytes(w().family);
    std::vector<Element> out = Misnamed();
    for (const Element& element : {Changed(size - 1, 1),    // host bits
                                   Changed(size + 1, 0),    // everything
                                   Changed(size + 1, 129),  // longer than an address
                                   Changed(size + 2, 1),    // padding
                                   Changed(size + 4, 1)})   // another hash
      out.push_back(element);
    return out;
  }
  std::string LineOf(const Element& element) const {
    return ToLine(AddElements{id(), kOwnersSet, OwnersShape(w().family), false, {element}}, 0);
  }

  const Element good_ = Recorded(w().middle, "a");
};

TEST_P(LedgerJunkTest, WhatIsNotAnEntryOfTheLedgerIsShownAndInNobodysWay) {
  for (const Element& element : All()) {
    kernel_.FlushRuleset();
    TestContext a(kernel_, "a");
    TestContext b(kernel_, "b");
    ASSERT_TRUE(a.Adds({Mask(w().wide), To(80, w().target)}));
    PutElement(kOwnersSet, OwnersShape(w().family), element);
    for (TestContext* context : {&a, &b}) {
      const Result result = context->Adds({Mask(w().other)});
      ASSERT_TRUE(result) << result.error().text;
      ASSERT_EQ(result->foreign.size(), 1U);
      EXPECT_EQ("add " + result->foreign[0], LineOf(element));
      ASSERT_TRUE(context->Adds({}));
      ASSERT_TRUE(context->Removes({Mask(w().other)}));
      EXPECT_NE(std::ranges::find(FindSet(Table(), kOwnersSet)->elements, element),
                FindSet(Table(), kOwnersSet)->elements.end());
    }
    for (const Scope scope : {Scope::kAdopt, Scope::kExclusive}) {
      TestContext taking(kernel_, "a", scope);
      ASSERT_TRUE(taking.Adds({}));
      EXPECT_FALSE(Contents(kernel_).contains("junk"));
      PutElement(kOwnersSet, OwnersShape(w().family), element);
    }
  }
}

TEST_P(LedgerJunkTest, WhoseCommentSomebodyChangedWritesItAgain) {
  for (const Element& element : Misnamed()) {
    kernel_.FlushRuleset();
    TestContext a(kernel_, "a");
    TestContext b(kernel_, "b");
    ASSERT_TRUE(a.Adds({Mask(w().middle)}));
    ASSERT_TRUE(b.Adds({Mask(w().other)}));
    const std::string before = Listing();
    const AddElements ours{id(), kOwnersSet, OwnersShape(w().family), true, {good_}};
    ASSERT_TRUE(kernel_.Foreign({DeleteElements{ours.table, ours.set, ours.shape, ours.elements},
                                 AddElements{ours.table, ours.set, ours.shape, true, {element}}}));
    ASSERT_TRUE(b.Adds({})) << "it is another's";
    EXPECT_TRUE(Contents(kernel_).contains("junk"));
    ASSERT_TRUE(a.Adds({}));
    EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().middle), Set(w().other),
                                                        Wants("a", w().middle), Wants("b", w().other)}));
  }
}

class SameHashTest : public ReconcilerLedgerTest {
 protected:
  void ExpectRefused(const Result& result, const char* ours, const char* theirs) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    for (const char* name : {ours, theirs}) EXPECT_NE(result.error().text.find(name), std::string::npos);
    EXPECT_NE(result.error().ours.find(ours), std::string::npos);
    EXPECT_NE(result.error().theirs.find(theirs), std::string::npos);
  }

  TestContext first_{kernel_, kSameHash[0]};
  TestContext second_{kernel_, kSameHash[1]};
};

TEST_P(SameHashTest, OnlyTheSecondOfTwoNamesIsRefused) {
  ASSERT_TRUE(first_.Adds({Mask(w().wide)}));
  for (int round = 0; round < 2; ++round) {
    const std::string before = Listing();
    ExpectRefused(second_.Adds({Mask(w().other)}), kSameHash[1], kSameHash[0]);
    ExpectRefused(second_.Adds({To(80, w().target)}), kSameHash[1], kSameHash[0]);
    EXPECT_EQ(Listing(), before);
    ASSERT_TRUE(first_.Adds({Mask(w().narrow)}));
    ASSERT_TRUE(first_.Removes({Mask(w().narrow)}));
    ASSERT_TRUE(a_.Adds({Mask(w().other)}));
    ASSERT_TRUE(a_.Removes({Mask(w().other)}));
    TestContext fresh(kernel_, kSameHash[0]);
    ASSERT_TRUE(fresh.Adds({Mask(w().narrow)}));
    ASSERT_TRUE(fresh.Removes({Mask(w().narrow)}));
  }
  // The context of the one that was refused goes on for others.
  ASSERT_TRUE(second_.Run({.edits = {Add(Mask(w().other), Named("c"))}}));
  EXPECT_TRUE(Contents(kernel_).contains(Wants("c", w().other)));
  // When the first is gone, the name is free.
  ASSERT_TRUE(first_.Removes({Mask(w().wide)}));
  TestContext later(kernel_, kSameHash[1]);
  EXPECT_TRUE(later.Adds({Mask(w().wide)}));
}

// No natplan puts both there; whoever does stops neither the first of them nor anybody else.
TEST_P(SameHashTest, AnEntryOfTheSecondThatSomebodyWroteStopsNobodyElse) {
  ASSERT_TRUE(first_.Adds({Mask(w().wide)}));
  PutElement(kOwnersSet, OwnersShape(w().family), Recorded(w().other, kSameHash[1]));
  const std::string rival = Wants(kSameHash[1], w().other) + ", a rival";
  ASSERT_TRUE(a_.Adds({Mask(w().narrow)}));
  ASSERT_TRUE(first_.Adds({Mask(w().narrow)}));
  ASSERT_TRUE(first_.Removes({Mask(w().narrow)}));
  ExpectRefused(second_.Adds({Mask(w().narrow)}), kSameHash[1], kSameHash[0]);
  // The one place that it has is taken.
  ExpectRefused(first_.Adds({Mask(w().other)}), kSameHash[0], kSameHash[1]);
  ASSERT_TRUE(first_.Adds({To(80, w().target)}));
  EXPECT_TRUE(Contents(kernel_).contains(rival));
  TestContext adopt(kernel_, "a", Scope::kAdopt);
  ASSERT_TRUE(adopt.Adds({}));
  EXPECT_TRUE(Contents(kernel_).contains(rival)) << "it has an owner";
  TestContext exclusive(kernel_, "a", Scope::kExclusive);
  ASSERT_TRUE(exclusive.Adds({}));
  EXPECT_FALSE(Contents(kernel_).contains(rival));
}

TEST_P(ReconcilerLedgerTest, ATableWithoutAVersionIsMadeAgainWithEverythingInIt) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({Mask(w().narrow)}));
  PutRange(w().other);
  const Forward unowned = To(99, w().target);
  PutElement(kForwardMap, ForwardShape(w().family), ToElement(MapEntry{unowned.key(), unowned.to}));
  std::set<std::string> all = Contents(kernel_);
  RewriteComment("");
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
  RewriteComment("");
  ASSERT_TRUE(kernel_.Foreign({EnsureChain{id(), "theirs", {"nat", Hook::kOutput, 5}}}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  EXPECT_EQ(Table().comment, "");
  EXPECT_NE(FindChain(Table(), "theirs"), nullptr);
  EXPECT_TRUE(Contents(kernel_).contains(Wants("b", w().other)));
}

TEST_P(ReconcilerLedgerTest, ANewerLayoutIsRefusedWhateverIsAskedOfIt) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  RewriteComment("natplan layout 3");
  const std::string before = Listing();
  for (TestContext* context : {&a_, &b_}) {
    const Result result = context->Adds({Mask(w().other)});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_EQ(result.error().theirs, "natplan layout 3");
  }
  TestContext fresh(kernel_, "a");
  for (TestContext* context : {&a_, &fresh}) EXPECT_FALSE(context->Removes({Mask(w().wide)}));
  TestContext exclusive(kernel_, "a", Scope::kExclusive);
  EXPECT_FALSE(exclusive.Replaces({}));
  EXPECT_EQ(Listing(), before);
  // What says nothing about a layout is somebody's own business.
  RewriteComment("hands off");
  EXPECT_TRUE(a_.Adds({Mask(w().other)}));
}

TEST_P(ReconcilerLedgerTest, AnApplyTakesATableFromBeforeThereWereOwnersForItsOwn) {
  ASSERT_TRUE(kernel_.Foreign(Skeleton(id())));
  RewriteComment("");
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
  Rewrite([](TableSnapshot& table) {
    table.comment.clear();
    SetOf(table, kForwardMap).other_elements = true;
  });
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  EXPECT_TRUE(FindSet(Table(), kForwardMap)->other_elements) << "they went with the table";
  EXPECT_TRUE(Contents(kernel_).contains(Port80("a", w().target)));
}

// Of another owner's prefix somebody took the end: its start reaches to the top of the address space.
TEST_P(ReconcilerLedgerTest, WhatIsLeftOfAPrefixIsNotInTheWayOfAWiderOne) {
  ASSERT_TRUE(a_.Adds({Mask(w().narrow)}));
  const Element range = ToElement(Prefix::Parse(w().narrow).value());
  ASSERT_TRUE(kernel_.Foreign({DeleteElements{
      id(), kMasqueradeSet, MasqueradeShape(w().family), {{.kind = ElementKind::kEnd, .key = range.end}}}}));
  const Result result = b_.Adds({Mask(w().middle)});
  ASSERT_TRUE(result) << ToString(result.error());
  EXPECT_TRUE(result->lost.empty());
  EXPECT_EQ(Contents(kernel_),
            (std::set<std::string>{Set(w().middle), Wants("a", w().narrow), Wants("b", w().middle)}));
}

std::string NameOfWords(const testing::TestParamInfo<Words>& words) {
  return std::string(Name(words.param.family));
}
INSTANTIATE_TEST_SUITE_P(Families, ReconcilerLedgerTest, testing::Values(kIpWords, kIp6Words), NameOfWords);
INSTANTIATE_TEST_SUITE_P(Families, LedgerJunkTest, testing::Values(kIpWords, kIp6Words), NameOfWords);
INSTANTIATE_TEST_SUITE_P(Families, SameHashTest, testing::Values(kIpWords, kIp6Words), NameOfWords);

}  // namespace
}  // namespace natplan
