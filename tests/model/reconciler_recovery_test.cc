// What a call does when the kernel refuses, says nothing, or has lost what it held.
#include <gtest/gtest.h>

#include <cerrno>

#include "core/plan/test_tables.h"
#include "tests/model/reconciler_fixture.h"

namespace natplan {
namespace {

class ReconcilerRecoveryTest : public ReconcilerTest {
 protected:
  void MakeDormantWithAWrongChain() {
    ASSERT_TRUE(kernel_.Rewrite(Family::kIp, [](TableSnapshot& table) {
      table.dormant = true;
      ChainOf(table, "output").base->priority = 0;
    }));
  }
};

class WithoutIp6Test : public ReconcilerTest {
 protected:
  WithoutIp6Test() : ReconcilerTest(Simulated({.ip6_family = false})) {}
};

TEST_F(ReconcilerRecoveryTest, AFlushBetweenTwoCallsIsRepairedInOneTransactionWithEveryIntent) {
  Fill();
  kernel_.FlushRuleset();
  ASSERT_TRUE(Run({Add(Mask("10.9.0.0/16"))}));
  EXPECT_EQ(commits_, 2);  // the one that was refused with ERESTART, and the one that rebuilt everything
  ASSERT_TRUE(Run({Remove(Mask("10.9.0.0/16"))}));
  EXPECT_EQ(ListingText(kernel_.state()), full_);
}

TEST_F(ReconcilerRecoveryTest, EnoentOnAnElementLeadsToTheSameRepair) {
  Fill();
  Start({Add(Mask("10.9.0.0/16"))});
  kernel_.FlushRuleset();
  (void)Text();
  reconciler_->OnOutcome(OperationRefused(0, ENOENT));
  ASSERT_TRUE(std::holds_alternative<WaitStep>(Poll()));
  AnswerRead();
  const std::string text = Text();
  for (const char* line :
       {"add table ip natplan { comment \"natplan layout 2\"; }\n",
        "add table ip6 natplan { comment \"natplan layout 2\"; }\n", "{ 10.1.0.0/16 }", "{ 10.9.0.0/16 }",
        "{ fd03::/16 }", "{ tcp . 83 comment \"default\" : fd01::1 . 3 }",
        "{ 10.1.0.0 . 16 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment \"default\" }"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  AnswerCommit();
  EXPECT_TRUE(Finished()->changed);
}

TEST_F(ReconcilerRecoveryTest, AFailedCallAfterAFlushDoesNotHideTheFlushFromTheNextOne) {
  for (const bool conflict : {true, false}) {
    kernel_.FlushRuleset();
    Use({}, Scope::kOwn);
    Fill();
    kernel_.FlushRuleset();
    if (conflict) {
      std::vector<Operation> foreign = Skeleton({Family::kIp, "natplan"});
      foreign.push_back(
          AddElements{{Family::kIp, "natplan"},
                      kForwardMap,
                      ForwardShape(Family::kIp),
                      true,
                      {ToElement(MapEntry{To(99, "192.0.2.9:9").key(), To(99, "192.0.2.9:9").to})}});
      ASSERT_TRUE(kernel_.Foreign(foreign));
      EXPECT_EQ(Run({Add(To(99, "10.1.0.1:9"))}).error().code, ErrorCode::kConflict);
    } else {
      Start({Add(To(99, "10.1.0.1:9"))});
      reconciler_->OnOutcome(BatchRefused(ERESTART));
      AnswerRead();
      (void)Text();
      reconciler_->OnOutcome(NotSent{ENOMEM, ""});
      EXPECT_EQ(Finished().error().code, ErrorCode::kNoMemory);
    }
    EXPECT_EQ(Wanted(), 12U);
    ASSERT_TRUE(Run({Add(To(98, "10.1.0.1:8"))}));
    ASSERT_TRUE(Run({Remove(To(98, "10.1.0.1:8"))}));
    if (!conflict) {
      EXPECT_EQ(ListingText(kernel_.state()), full_);
    }
    EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp6), kForwardMap)->elements.size(), 3U);
    EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 6U);
  }
}

TEST_F(ReconcilerRecoveryTest, RestartsAreRepeatedWithGrowingWaitsUntilTheDeadline) {
  Start({Add(Mask("10.0.0.0/24"))});
  int tries = 0;
  while (!std::holds_alternative<FinishedStep>(Next())) {
    if (std::holds_alternative<ReadStep>(Next())) AnswerRead();
    if (!std::holds_alternative<CommitStep>(Next())) continue;
    reconciler_->OnOutcome(BatchRefused(ERESTART));
    ++tries;
    ASSERT_LT(tries, 6000);
  }
  EXPECT_GT(tries, 2000);
  EXPECT_GE(now_, deadline_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  EXPECT_EQ(Wanted(), 0U);
}

TEST_F(ReconcilerRecoveryTest, AnUnknownOutcomeThatWasCommittedIsFoundByReading) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const Step step = Next();
  ASSERT_TRUE(std::holds_alternative<Committed>(Commit(*std::get<CommitStep>(step).transaction)));
  reconciler_->OnOutcome(Unknown{ENOBUFS});
  AnswerRead();
  const Result result = Finished();
  ASSERT_TRUE(result);
  EXPECT_EQ(Wanted(), 1U);
  // It is known to be ours: it can be removed again.
  Start({Remove(Mask("10.0.0.0/24"))});
  EXPECT_EQ(Text(), "delete element ip natplan masq_saddr { 10.0.0.0/24 }\ndelete" + Entry("10.0.0.0 . 24"));
}

TEST_F(ReconcilerRecoveryTest, AnUnknownOutcomeThatWasNotCommittedIsSentAgainAfterReading) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const std::string text = Text();
  reconciler_->OnOutcome(Unknown{ETIMEDOUT});
  AnswerRead();
  EXPECT_EQ(Text(), text);
  AnswerCommit();
  EXPECT_TRUE(Finished());
}

TEST_F(ReconcilerRecoveryTest, AnUnknownOutcomeThatCannotBeReadAgainStaysUnknown) {
  for (const bool torn : {true, false}) {
    Start({Add(Mask("10.0.0.0/24"))});
    AnswerRead();
    (void)Text();
    reconciler_->OnOutcome(Unknown{ENOBUFS});
    while (std::holds_alternative<ReadStep>(Next())) {
      reconciler_->OnSnapshot(std::unexpected(ReadFailure{.torn = torn, .errno_value = ETIMEDOUT}));
    }
    EXPECT_EQ(Finished().error().code, ErrorCode::kUnknownOutcome);
    EXPECT_EQ(Wanted(), 0U);
  }
}

TEST_F(ReconcilerRecoveryTest, WhatAnUnknownOutcomeLeftBehindIsRemovedByTheNextCall) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const Step step = Next();
  (void)Commit(*std::get<CommitStep>(step).transaction);
  reconciler_->OnOutcome(Unknown{ENOBUFS});
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kUnknownOutcome);
  ASSERT_TRUE(Run({Add(Mask("10.7.0.0/16"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 2U);
}

TEST_F(ReconcilerRecoveryTest, TornReadsEndWithTheDeadline) {
  Start({Add(Mask("10.0.0.0/24"))});
  while (std::holds_alternative<ReadStep>(Next())) {
    reconciler_->OnSnapshot(std::unexpected(ReadFailure{.torn = true, .errno_value = EINTR}));
  }
  EXPECT_GE(now_, deadline_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  EXPECT_EQ(Wanted(), 0U);
}

TEST_F(WithoutIp6Test, WhereOneFamilyIsNotSupportedTheOtherIsAppliedAlone) {
  const Result result = Run({Add(Mask("10.0.0.0/24")), Add(Mask("fd00::/64"))});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->unsupported.size(), 1U);
  EXPECT_EQ(result->unsupported[0].code, ErrorCode::kNotSupported);
  EXPECT_NE(kernel_.Find(Family::kIp), nullptr);
  EXPECT_EQ(kernel_.Find(Family::kIp6), nullptr);

  const Result again = Run({Add(To(80, "[fd00::5]:80"))});
  EXPECT_EQ(again.error().code, ErrorCode::kNotSupported);
  EXPECT_EQ(reads_ + commits_, 0) << "the missing family fails at once";
  EXPECT_TRUE(Run({Add(To(80, "192.0.2.1:80"))}));
  EXPECT_EQ(reads_, 0) << "and costs the other nothing";
  EXPECT_TRUE(Run({Remove(Mask("fd00::/64"))})) << "what is not there can be removed";
  EXPECT_EQ(Wanted(), 2U);
}

TEST_F(WithoutIp6Test, WhereTheOnlyFamilyIsNotSupportedTheCallFails) {
  EXPECT_EQ(Run({Add(Mask("fd00::/64"))}).error().code, ErrorCode::kNotSupported);
  EXPECT_EQ(Wanted(), 0U);
  EXPECT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  EXPECT_EQ(kernel_.Find(Family::kIp6), nullptr);
}

TEST_F(ReconcilerRecoveryTest, AMissingNatChainTypeIsNamedAndNotRepeated) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  (void)Text();
  reconciler_->OnOutcome(Refused{{{.operation = 1, .errno_value = ENOENT, .missing_name = "nat"},
                                  {.operation = 2, .errno_value = ENOENT, .missing_name = "nat"},
                                  {.operation = 7, .errno_value = ENOENT}}});
  const Result result = Finished();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
  EXPECT_NE(result.error().text.find("\"nat\""), std::string::npos);
}

TEST_F(ReconcilerRecoveryTest, ErrorsOfTheEnvironmentStopAtOnceAndLeaveTheDesiredState) {
  const std::pair<Outcome, ErrorCode> cases[] = {{BatchRefused(EPERM), ErrorCode::kNotPermitted},
                                                 {BatchRefused(EOPNOTSUPP), ErrorCode::kNotSupported},
                                                 {BatchRefused(ENOMEM), ErrorCode::kNoMemory},
                                                 {OperationRefused(0, EPERM), ErrorCode::kNotPermitted},
                                                 {OperationRefused(0, ENOMEM), ErrorCode::kNoMemory},
                                                 {OperationRefused(0, EINVAL), ErrorCode::kRefused},
                                                 {OperationRefused(0, ENFILE), ErrorCode::kRefused},
                                                 {NotSent{EMSGSIZE, ""}, ErrorCode::kTooLarge},
                                                 {NotSent{ENOBUFS, ""}, ErrorCode::kNoMemory},
                                                 {NotSent{EPERM, ""}, ErrorCode::kNotPermitted},
                                                 {NotSent{ECHILD, "x"}, ErrorCode::kEnvironment}};
  for (const auto& [outcome, code] : cases) {
    Start({Add(Mask("10.0.0.0/24"))});
    AnswerRead();
    (void)Text();
    reconciler_->OnOutcome(outcome);
    const Step step = Poll();
    ASSERT_TRUE(std::holds_alternative<FinishedStep>(step));
    EXPECT_EQ((*std::get<FinishedStep>(step).result).error().code, code);
    EXPECT_EQ(Wanted(), 0U);
  }
  EXPECT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
}

TEST_F(ReconcilerRecoveryTest, ARefusalThatNoReadingExplainsIsNotRepeatedForLong) {
  Start({Add(Mask("10.0.0.0/24"))});
  int tries = 0;
  for (; tries < 10 && !std::holds_alternative<FinishedStep>(Next()); ++tries) {
    AnswerRead();
    (void)Text();
    reconciler_->OnOutcome(OperationRefused(10, EEXIST));
  }
  EXPECT_LT(tries, 5);
  EXPECT_EQ(Finished().error().code, ErrorCode::kConflict);
}

TEST_F(ReconcilerRecoveryTest, ADormantTableWithAWrongChainIsWholeAfterTwoCommits) {
  ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16"))}));
  MakeDormantWithAWrongChain();
  commits_ = 0;
  const Result result = Run({Add(Mask("10.2.0.0/16")), Add(Mask("fd00::/64"))});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->changed);
  EXPECT_EQ(commits_, 3);  // the one that was refused with ERESTART, and the two steps
  EXPECT_FALSE(kernel_.Find(Family::kIp)->dormant);
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 4U);
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp6), kMasqueradeSet)->elements.size(), 2U);
  EXPECT_TRUE(Run({}, Mode::kPlan)->transaction.operations.empty());
  // What the first of the two commits carried is held like the rest.
  ASSERT_TRUE(Run({Remove(Mask("fd00::/64"))}));
  EXPECT_TRUE(FindSet(*kernel_.Find(Family::kIp6), kMasqueradeSet)->elements.empty());
}

TEST_F(ReconcilerRecoveryTest, APlanShowsBothStepsAsTheyAreCarriedOut) {
  const std::vector<Edit> edits = {Add(Mask("10.2.0.0/16")), Add(Mask("fd00::/64"))};
  ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16"))}));
  MakeDormantWithAWrongChain();
  const Result plan = Run(edits, Mode::kPlan);
  const Result result = Run(edits);
  ASSERT_TRUE(plan);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->first_step.operations.empty());
  EXPECT_FALSE(result->transaction.operations.empty());
  EXPECT_EQ(plan->first_step.operations, result->first_step.operations);
  EXPECT_EQ(plan->transaction.operations, result->transaction.operations);
  EXPECT_TRUE(Run(edits, Mode::kPlan)->first_step.operations.empty()) << "it is whole";
}

TEST_F(ReconcilerRecoveryTest, WhatTheFirstOfTwoCommitsCarriedIsTakenBackIfTheCallEndsBetween) {
  ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16"))}));
  MakeDormantWithAWrongChain();
  Start({Add(Mask("fd00::/64"))});
  reconciler_->OnOutcome(BatchRefused(ERESTART));
  for (Step step = Next(); !std::holds_alternative<ReadStep>(step) || !kernel_.Find(Family::kIp6);
       step = Next()) {
    std::holds_alternative<ReadStep>(step) ? AnswerRead() : AnswerCommit();
  }
  ASSERT_EQ(FindSet(*kernel_.Find(Family::kIp6), kMasqueradeSet)->elements.size(), 2U);
  reconciler_->Abandon();  // as after std::bad_alloc
  ASSERT_TRUE(Run({Add(Mask("10.2.0.0/16"))}));
  EXPECT_TRUE(FindSet(*kernel_.Find(Family::kIp6), kMasqueradeSet)->elements.empty());
}

TEST_F(ReconcilerRecoveryTest, AnElementWhoseEndWasTakenIsRepairedOrRemovedWithWhatIsLeft) {
  for (const bool remove : {false, true}) {
    kernel_.FlushRuleset();
    Use({}, Scope::kOwn);
    ASSERT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
    ASSERT_TRUE(kernel_.Foreign({DeleteElements{{Family::kIp, "natplan"},
                                                kMasqueradeSet,
                                                MasqueradeShape(Family::kIp),
                                                {{.kind = ElementKind::kEnd, .key = {10, 0, 1, 0}}}}}));
    ASSERT_TRUE(remove ? Run({Remove(Mask("10.0.0.0/24"))}) : Run({Add(Mask("9.0.0.0/24"))}));
    EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), remove ? 0U : 4U);
  }
}

}  // namespace
}  // namespace natplan
