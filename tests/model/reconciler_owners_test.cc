// Several processes with an owner each over one kernel: nobody loses anything through another.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/test_owners.h"

namespace natplan {
namespace {

class ReconcilerOwnersTest : public OwnersTest {};

TEST_P(ReconcilerOwnersTest, AfterAFlushEachBringsBackWhatIsItsOwn) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), To(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({Mask(w().middle), LocalTo(81, w().target)}));
  const std::set<std::string> all = Contents(kernel_);
  kernel_.FlushRuleset();
  ASSERT_TRUE(a_.Adds({To(82, w().target)}));
  EXPECT_TRUE(Contents(kernel_).contains(Port80("a", w().target)));
  EXPECT_FALSE(Contents(kernel_).contains(Wants("b", w().middle)));
  // b's picture of the kernel is older than the flush.
  const Result result = b_.Adds({To(83, w().target)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 1);
  ASSERT_TRUE(a_.Removes({To(82, w().target)}));
  ASSERT_TRUE(b_.Removes({To(83, w().target)}));
  EXPECT_EQ(Contents(kernel_), all);
}

TEST_P(ReconcilerOwnersTest, APortThatWasTakenAfterAFlushIsLostUntilItIsFreeAgain) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), To(80, w().target)}));
  ASSERT_TRUE(b_.Adds({Mask(w().other)}));
  kernel_.FlushRuleset();
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));

  Result result = a_.Adds({Mask(w().narrow)});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(result->lost[0].code, ErrorCode::kConflict);
  EXPECT_NE(result->lost[0].theirs.find("comment \"b\""), std::string::npos) << result->lost[0].theirs;
  EXPECT_TRUE(Contents(kernel_).contains(Port80("b", w().other_target)));
  EXPECT_TRUE(Contents(kernel_).contains(Set(w().wide)));
  EXPECT_TRUE(Contents(kernel_).contains(Wants("a", w().narrow)));

  ASSERT_TRUE(b_.Removes({To(80, w().other_target)}));
  result = a_.Removes({Mask(w().narrow)});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->lost.empty());
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Set(w().other), Wants("a", w().wide),
                                                      Wants("b", w().other), Port80("a", w().target)}));
}

TEST_P(ReconcilerOwnersTest, TwoThatStartFromAnEmptyKernelAtOnceAreBothComplete) {
  a_.BeforeCommit([&] { ASSERT_TRUE(b_.Adds({Mask(w().wide), To(81, w().target)})); });
  const Result result = a_.Adds({Mask(w().wide), To(80, w().target)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 1);
  const std::string forward = "b forwards " + std::string(Name(w().family)) + " tcp port 81 to " + w().target;
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Wants("a", w().wide), forward,
                                                      Wants("b", w().wide), Port80("a", w().target)}));
}

TEST_P(ReconcilerOwnersTest, ARestartThatAdoptsKeepsWhatItsNameHas) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({Mask(w().wide)}));
  const std::string before = Listing();
  TestContext again(kernel_, "a");
  const Result nothing = again.Adds({});
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(again.sent().empty());
  EXPECT_EQ(again.reconciler().desired().forwards().size(), 1U);
  EXPECT_TRUE(again.reconciler().desired().forwards().begin()->second.localhost);
  EXPECT_EQ(again.reconciler().desired().interface_masquerades().size(), 1U);
  ASSERT_TRUE(again.Adds({To(81, w().target)}));
  ASSERT_TRUE(again.Removes({To(81, w().target)}));
  EXPECT_EQ(Listing(), before);
  ASSERT_TRUE(again.Replaces({To(80, w().target)}));
  EXPECT_EQ(Contents(kernel_),
            (std::set<std::string>{Set(w().wide), Wants("b", w().wide), Port80("a", w().target)}));
}

TEST_P(ReconcilerOwnersTest, ARestartThatResetsTakesBackWhatItsNameHasAndNothingElse) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({Mask(w().narrow), To(81, w().target)}));
  TestContext again(kernel_, "a", Scope::kOwn, Inheritance::kReset);
  ASSERT_TRUE(again.Adds({Mask(w().other)}));
  const std::string forward = "b forwards " + std::string(Name(w().family)) + " tcp port 81 to " + w().target;
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().narrow), Set(w().other), forward,
                                                      Wants("b", w().narrow), Wants("a", w().other)}));
}

// One context speaks for two owners.
TEST_P(ReconcilerOwnersTest, AnOwnerOfWhomNothingIsLeftIsForgotten) {
  const Owner guest = Named("guest");
  const auto runs = [&](Edit::Kind kind, const Intent& intent) {
    return a_.Run({.edits = {{kind, guest, intent}}}).has_value();
  };
  ASSERT_TRUE(a_.Adds({Mask(w().other)}));
  for (const Intent& intent : {Intent(Mask(w().wide)), Intent(To(80, w().target)),
                               Intent(MaskOut(w().wide, "eth0")), Intent(LocalTo(80, w().target))}) {
    ASSERT_TRUE(runs(Edit::Kind::kAdd, intent));
    ASSERT_TRUE(runs(Edit::Kind::kRemove, intent));
    // Another process works under the name, and this context has no business with what it does there.
    TestContext process(kernel_, "guest");
    ASSERT_TRUE(process.Adds({intent}));
    const std::set<std::string> before = Contents(kernel_);
    ASSERT_TRUE(a_.Adds({To(81, w().target)}));
    ASSERT_TRUE(a_.Removes({To(81, w().target)}));
    EXPECT_EQ(Contents(kernel_), before);
    // The next time that it uses the name it takes over what is there.
    ASSERT_TRUE(runs(Edit::Kind::kAdd, Mask(w().narrow)));
    EXPECT_EQ(Contents(kernel_).size(), before.size() + (std::holds_alternative<Masquerade>(intent) &&
                                                                 !std::get<Masquerade>(intent).out_interface()
                                                             ? 1U
                                                             : 2U));
    ASSERT_TRUE(runs(Edit::Kind::kRemove, intent));
    ASSERT_TRUE(runs(Edit::Kind::kRemove, Mask(w().narrow)));
  }
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().other), Wants("a", w().other)}));
}

TEST_P(ReconcilerOwnersTest, EqualAndNestedPrefixesOfTwoOwnersAreCountedInAnyOrder) {
  struct Wish {
    char owner;
    const char* prefix;
  };
  std::vector<int> add_order = {0, 1, 2, 3};
  const Wish wishes[] = {{'a', w().wide}, {'a', w().narrow}, {'b', w().wide}, {'b', w().middle}};
  do {
    std::vector<int> remove_order = {0, 1, 2, 3};
    do {
      kernel_.FlushRuleset();
      TestContext a(kernel_, "a");
      TestContext b(kernel_, "b");
      std::set<int> there;
      const auto check = [&] {
        std::set<std::string> want;
        for (const int i : there) {
          want.insert(Wants(wishes[i].owner == 'a' ? "a" : "b", wishes[i].prefix));
          const Prefix prefix = Prefix::Parse(wishes[i].prefix).value();
          const bool inside = std::ranges::any_of(there, [&](int other) {
            const Prefix wider = Prefix::Parse(wishes[other].prefix).value();
            return wider != prefix && wider.Contains(prefix);
          });
          if (!inside) want.insert(Set(wishes[i].prefix));
        }
        ASSERT_EQ(Contents(kernel_), want);
      };
      for (const int i : add_order) {
        ASSERT_TRUE((wishes[i].owner == 'a' ? a : b).Adds({Mask(wishes[i].prefix)}));
        there.insert(i);
        check();
      }
      for (const int i : remove_order) {
        ASSERT_TRUE((wishes[i].owner == 'a' ? a : b).Removes({Mask(wishes[i].prefix)}));
        there.erase(i);
        check();
      }
      if (HasFatalFailure()) return;
    } while (std::ranges::next_permutation(remove_order).found);
  } while (std::ranges::next_permutation(add_order).found);
}

TEST_P(ReconcilerOwnersTest, ASecondOwnerOfAPortIsToldWhoHoldsItAndBothTargets) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  const std::string before = Listing();
  const std::uint32_t generation = kernel_.state().generation;
  for (const char* target : {w().target, w().other_target}) {
    for (const bool local : {false, true}) {
      const Result result = b_.Adds({Mask(w().wide), local ? LocalTo(80, target) : To(80, target)});
      ASSERT_FALSE(result);
      const Error& error = result.error();
      EXPECT_EQ(error.code, ErrorCode::kConflict);
      const Endpoint ours = Endpoint::Parse(target).value();
      const Endpoint theirs = Endpoint::Parse(w().target).value();
      EXPECT_NE(error.ours.find(ours.address.ToString()), std::string::npos) << error.ours;
      EXPECT_NE(error.theirs.find(theirs.address.ToString()), std::string::npos) << error.theirs;
      EXPECT_NE(error.theirs.find("tcp . 80"), std::string::npos);
      EXPECT_NE(error.theirs.find("comment \"a\""), std::string::npos);
      EXPECT_EQ(Listing(), before);
      EXPECT_EQ(kernel_.state().generation, generation);
      EXPECT_TRUE(b_.reconciler().desired().forwards().empty());
    }
  }
}

TEST_P(ReconcilerOwnersTest, ADeleteNeverTakesAnotherOwnersMapping) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({To(81, w().target)}));
  const std::string before = Listing();
  for (TestContext* context : {&b_, &a_}) context->set_listens(false);
  const Result result = b_.Removes({Mask(w().wide), LocalTo(80, w().target), MaskOut(w().other, "eth0")});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->changed);
  TestContext fresh(kernel_, "c");
  ASSERT_TRUE(fresh.Removes({Mask(w().wide), To(80, w().other_target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(fresh.Replaces({}));
  EXPECT_EQ(Listing(), before);
}

TEST_P(ReconcilerOwnersTest, AMappingThatChangedHandsIsNotTakenByItsFormerOwnersDelete) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  kernel_.FlushRuleset();
  ASSERT_TRUE(b_.Adds({To(80, w().target)}));
  ASSERT_TRUE(a_.Removes({To(80, w().target)}));
  EXPECT_EQ(Contents(kernel_), std::set<std::string>{Port80("b", w().target)});
}

TEST_P(ReconcilerOwnersTest, AChangeThatAddsNothingToTheUnionSendsItsEntryAlone) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  for (const char* prefix : {w().wide, w().narrow}) {
    ASSERT_TRUE(b_.Adds({Mask(prefix)}));
    ASSERT_EQ(b_.sent().size(), 1U);
    EXPECT_EQ(b_.sent()[0], EntryLine(prefix, "b") + "\n");
    ASSERT_TRUE(b_.Removes({Mask(prefix)}));
    EXPECT_EQ(b_.sent(), std::vector<std::string>{"delete" + EntryLine(prefix, "b").substr(6) + "\n"});
  }
}

TEST_P(ReconcilerOwnersTest, ApplyingTwiceSendsNothing) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide)}));
  const std::vector<Intent> intents = {Mask(w().narrow), Mask(w().other), LocalTo(80, w().target),
                                       MaskOut(w().wide, "eth0")};
  ASSERT_TRUE(a_.Replaces(intents));
  TestContext fresh(kernel_, "a");
  for (TestContext* context : {&a_, &fresh}) {
    const Result result = context->Replaces(intents);
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->changed);
    EXPECT_TRUE(context->sent().empty()) << context->sent().front();
  }
}

TEST_P(ReconcilerOwnersTest, AddThenDeleteRestoresTheListing) {
  ASSERT_TRUE(a_.Adds({Mask(w().middle), To(80, w().target), MaskOut(w().other, "eth0")}));
  ASSERT_TRUE(b_.Adds({LocalTo(81, w().target), Mask(w().other)}));
  const std::string before = Listing();
  for (const Intent& intent :
       std::vector<Intent>{Mask(w().wide), Mask(w().middle), Mask(w().narrow), To(90, w().target),
                           LocalTo(90, w().target), MaskOut(w().wide, "eth1"), MaskOut(w().other, "eth0")}) {
    TestContext c(kernel_, "c");
    for (TestContext* context : {&b_, &c}) {
      ASSERT_TRUE(context->Adds({intent}));
      EXPECT_NE(Listing(), before);
      // b has this one already and keeps it from here on.
      ASSERT_TRUE(context->Removes({intent}));
      EXPECT_EQ(Listing(), before);
    }
  }
}

TEST_P(ReconcilerOwnersTest, ACommitElsewhereCostsOneRetryAndNoReading) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  ASSERT_TRUE(kernel_.Foreign({EnsureTable{{w().family, "theirs"}}}));
  Result result = a_.Adds({Mask(w().other)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 1);
  EXPECT_EQ(a_.drains(), 1);
  EXPECT_EQ(a_.reads(), 0);
  EXPECT_EQ(result->generation, kernel_.state().generation);
  ASSERT_TRUE(a_.Removes({Mask(w().other)}));
  EXPECT_EQ(a_.drains(), 0) << "the generation is known again";
}

TEST_P(ReconcilerOwnersTest, ACommitToOurTableAndAGapInTheNewsAreReadAgain) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide)}));
  ASSERT_TRUE(kernel_.Foreign({EnsureSet{id(), kMasqueradeSet, MasqueradeShape(w().family)}}));
  ASSERT_TRUE(a_.Adds({Mask(w().other)}));
  EXPECT_EQ(a_.reads(), 1);
  ASSERT_TRUE(kernel_.Foreign({EnsureTable{{w().family, "theirs"}}}));
  a_.set_listens(false);
  ASSERT_TRUE(a_.Removes({Mask(w().other)}));
  EXPECT_EQ(a_.drains(), 1);
  EXPECT_EQ(a_.reads(), 1);
}

TEST_P(ReconcilerOwnersTest, WhatANameHadAnEarlierTimeIsNotBroughtBack) {
  for (const Inheritance inheritance : {Inheritance::kAdopt, Inheritance::kReset}) {
    kernel_.FlushRuleset();
    TestContext b(kernel_, "b");
    ASSERT_TRUE(b.Adds({Mask(w().wide), Mask(w().other)}));
    TestContext a(kernel_, "a", Scope::kOwn, inheritance);
    ASSERT_TRUE(a.Adds({Mask(w().narrow)}));  // sees both
    ASSERT_TRUE(b.Removes({Mask(w().wide)}));
    ASSERT_TRUE(a.Run({.edits = {Add(To(80, w().target), b.owner())}}));
    std::set<std::string> want = {Set(w().narrow), Wants("a", w().narrow), Port80("b", w().target)};
    if (inheritance == Inheritance::kAdopt) {
      want.insert(Set(w().other));
      want.insert(Wants("b", w().other));
    }
    EXPECT_EQ(Contents(kernel_), want);
  }
}

TEST_P(ReconcilerOwnersTest, ACallThatFailsGivesANewNameBack) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide), To(80, w().target)}));
  const Result result =
      a_.Run({.edits = {Add(To(80, w().other_target)), Remove(Mask(w().wide), b_.owner())}});
  ASSERT_FALSE(result);
  EXPECT_TRUE(a_.reconciler().desired().forwards().empty());
  ASSERT_TRUE(b_.Removes({To(80, w().target)}));
  ASSERT_TRUE(a_.Adds({Mask(w().other)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().wide), Set(w().other), Wants("a", w().other),
                                                      Wants("b", w().wide)}));
}

TEST_P(ReconcilerOwnersTest, APlanUnderANewNameChangesNothing) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide)}));
  const std::string before = Listing();
  TestContext fresh(kernel_, "b");
  const Result plan = fresh.Plans({Mask(w().other)});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->transaction.operations.size(), 2U) << ToText(plan->transaction);
  EXPECT_EQ(Listing(), before);
  EXPECT_TRUE(fresh.reconciler().desired().masquerades().empty());
}

TEST_P(ReconcilerOwnersTest, AnyOrderOfTheSameIntentsGivesTheSameListing) {
  const std::vector<Intent> intents = {Mask(w().wide), Mask(w().narrow), LocalTo(80, w().target),
                                       MaskOut(w().other, "eth0"), To(81, w().other_target)};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  std::optional<std::string> first;
  do {
    kernel_.FlushRuleset();
    TestContext a(kernel_, "a");
    TestContext b(kernel_, "b");
    for (const std::size_t i : order) ASSERT_TRUE((i % 2 == 0 ? a : b).Adds({intents[i]}));
    if (!first) first = Listing();
    ASSERT_EQ(Listing(), *first);
  } while (std::ranges::next_permutation(order).found);
}

TEST_P(ReconcilerOwnersTest, WhatIsLostIsSaidByEachCallUntilItIsBack) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  kernel_.FlushRuleset();
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));
  for (const int port : {81, 82, 83}) {
    const Result result = a_.Adds({To(port, w().target)});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->lost.size(), 1U) << port;
  }
  ASSERT_TRUE(b_.Removes({To(80, w().other_target)}));
  EXPECT_TRUE(a_.Adds({To(84, w().target)})->lost.empty());
  EXPECT_EQ(a_.reads(), 1);
  EXPECT_TRUE(a_.Adds({To(85, w().target)})->lost.empty());
  EXPECT_EQ(a_.reads(), 0) << "nothing is lacking any more";
}

TEST_P(ReconcilerOwnersTest, ALenientRequestTakesWhatIsFree) {
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));
  const Request wish{
      .replaced = a_.owner(), .intents = {To(80, w().target), To(81, w().target)}, .lenient = true};
  const Result result = a_.Run(wish);
  ASSERT_TRUE(result) << ToString(result.error());
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(Contents(kernel_).size(), 2U);
  ASSERT_TRUE(b_.Removes({To(80, w().other_target)}));
  EXPECT_TRUE(a_.Run(wish)->lost.empty());
  EXPECT_TRUE(Contents(kernel_).contains(Port80("a", w().target)));
}

TEST_P(ReconcilerOwnersTest, ARefusedCallUnderANewNameAfterAFlushHidesNothing) {
  ASSERT_TRUE(a_.Adds({Mask(w().wide), To(80, w().target)}));
  const std::set<std::string> all = Contents(kernel_);
  kernel_.FlushRuleset();
  const Result refused = a_.Run({.edits = {{Edit::Kind::kAdd, Named("c"), To(80, w().other_target)}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  ASSERT_TRUE(a_.Adds({Mask(w().wide)})) << "which changes nothing about what is wanted";
  EXPECT_EQ(Contents(kernel_), all);
}

INSTANTIATE_TEST_SUITE_P(Families, ReconcilerOwnersTest, testing::Values(kIpWords, kIp6Words),
                         [](const auto& words) { return std::string(Name(words.param.family)); });

}  // namespace
}  // namespace natplan
