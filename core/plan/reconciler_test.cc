#include "core/plan/reconciler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/plan/fake_kernel.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Masquerade Mask(const char* text) { return Masquerade::Make(Prefix::Parse(text).value()).value(); }
Forward To(int port, const char* to) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(to).value()};
}
Edit Add(const Intent& intent) { return {Edit::Kind::kAdd, Owner::Default(), intent}; }
Edit Remove(const Intent& intent) { return {Edit::Kind::kRemove, Owner::Default(), intent}; }

Outcome BatchRefused(int errno_value) { return Refused{{{.errno_value = errno_value}}}; }
Outcome OperationRefused(std::size_t operation, int errno_value, std::string missing = {}) {
  return Refused{{{.operation = operation, .errno_value = errno_value, .missing_name = std::move(missing)}}};
}

class ReconcilerTest : public testing::Test {
 protected:
  // Starts a call; `now_` moves only through waits.
  void Start(const std::vector<Edit>& edits, Mode mode = Mode::kApply) {
    deadline_ = now_ + seconds(5);
    reads_ = commits_ = 0;
    reconciler_->Start(edits, mode, now_, deadline_);
  }
  Step Poll() { return reconciler_->Poll(now_); }

  // Passes over waits, and over questions of what others committed, which nobody here knows.
  Step Next() {
    for (;;) {
      Step step = Poll();
      if (std::holds_alternative<DrainStep>(step)) {
        reconciler_->OnDrained({});
        continue;
      }
      const auto* wait = std::get_if<WaitStep>(&step);
      if (wait == nullptr) return step;
      EXPECT_GT(wait->until, now_);
      EXPECT_LE(wait->until, deadline_);
      now_ = wait->until;
    }
  }
  void AnswerRead() {
    const Step step = Next();
    ASSERT_TRUE(std::holds_alternative<ReadStep>(step));
    reconciler_->OnSnapshot(kernel_.Read(std::get<ReadStep>(step).request));
  }
  // The next transaction, as text; the call must want to commit one.
  std::string Text() {
    const Step step = Next();
    const auto* commit = std::get_if<CommitStep>(&step);
    return commit == nullptr ? "no transaction" : ToText(*commit->transaction);
  }
  void AnswerCommit() {
    const Step step = Next();
    ASSERT_TRUE(std::holds_alternative<CommitStep>(step));
    reconciler_->OnOutcome(kernel_.Commit(*std::get<CommitStep>(step).transaction));
  }
  Result Finished() {
    const Step step = Next();
    const auto* finished = std::get_if<FinishedStep>(&step);
    if (finished == nullptr) {
      ADD_FAILURE() << "the call is not finished";
      return Report{};
    }
    return *finished->result;
  }
  Result Run(const std::vector<Edit>& edits, Mode mode = Mode::kApply) {
    Start(edits, mode);
    for (;;) {
      const Step step = Next();
      if (std::holds_alternative<FinishedStep>(step)) return Finished();
      if (std::holds_alternative<ReadStep>(step)) {
        ++reads_;
        AnswerRead();
      } else {
        ++commits_;
        AnswerCommit();
      }
    }
  }
  void Use(Layout layout, Scope scope) {
    reconciler_ = std::make_unique<Reconciler>(Reconciler::Options{std::move(layout), scope, 1});
  }
  // A context that holds three prefixes and three forwards a family.
  void Fill() {
    ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16")), Add(Mask("10.2.0.0/16")), Add(Mask("10.3.0.0/16")),
                     Add(Mask("fd01::/16")), Add(Mask("fd02::/16")), Add(Mask("fd03::/16")),
                     Add(To(81, "10.1.0.1:1")), Add(To(82, "10.1.0.1:2")), Add(To(83, "10.1.0.1:3")),
                     Add(To(81, "[fd01::1]:1")), Add(To(82, "[fd01::1]:2")), Add(To(83, "[fd01::1]:3"))}));
    full_ = ListingText(kernel_.state());
  }
  std::size_t Wanted() const {
    return reconciler_->desired().prefixes().size() + reconciler_->desired().forwards().size();
  }

  FakeKernel kernel_;
  std::unique_ptr<Reconciler> reconciler_ = std::make_unique<Reconciler>(Reconciler::Options{});
  TimePoint now_{seconds(1000)};
  TimePoint deadline_{};
  int reads_ = 0;
  int commits_ = 0;
  std::string full_;
};

TEST_F(ReconcilerTest, OnAFreshKernelTheOrderIsTableChainsSetMapRulesElements) {
  Start({Add(Mask("10.1.2.3/32")), Add(To(4711, "1.2.3.4:815"))});
  AnswerRead();
  EXPECT_EQ(
      Text(),
      "add table ip natplan\n"
      "add chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }\n"
      "add chain ip natplan output { type nat hook output priority -99; policy accept; }\n"
      "add chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }\n"
      "add set ip natplan masq_saddr { type ipv4_addr; flags interval; }\n"
      "add map ip natplan map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
      "add rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map "
      "@map_port_ipport\n"
      "add rule ip natplan output ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map "
      "@map_port_ipport\n"
      "add rule ip natplan postrouting ip saddr @masq_saddr masquerade\n"
      "add element ip natplan masq_saddr { 10.1.2.3 }\n"
      "create element ip natplan map_port_ipport { tcp . 4711 : 1.2.3.4 . 815 }\n");
  AnswerCommit();
  const Result result = Finished();
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->changed);
  EXPECT_EQ(result->generation, kernel_.state().generation);
  EXPECT_EQ(kernel_.Find(Family::kIp6), nullptr);
}

TEST_F(ReconcilerTest, TheSameStepIsGivenUntilItIsAnswered) {
  Start({Add(Mask("10.0.0.0/24"))});
  EXPECT_TRUE(std::holds_alternative<ReadStep>(Poll()));
  EXPECT_TRUE(std::holds_alternative<ReadStep>(Poll()));
  reconciler_->OnOutcome(Committed{});  // nobody asked
  AnswerRead();
  const Step first = Poll();
  const Step second = Poll();
  ASSERT_TRUE(std::holds_alternative<CommitStep>(first));
  EXPECT_EQ(std::get<CommitStep>(first).transaction, std::get<CommitStep>(second).transaction);
  reconciler_->OnSnapshot(Snapshot{});  // nobody asked
  EXPECT_TRUE(std::holds_alternative<CommitStep>(Poll()));
}

TEST_F(ReconcilerTest, AWarmChangeNeedsNoReadAndSendsOnlyWhatItTouches) {
  Fill();
  Start({Add(Mask("10.9.0.0/16"))});
  EXPECT_EQ(Text(), "add element ip natplan masq_saddr { 10.9.0.0/16 }\n");
  AnswerCommit();
  EXPECT_TRUE(Finished()->changed);
  Start({Remove(Mask("10.9.0.0/16")), Remove(To(82, "[fd01::1]:2"))});
  EXPECT_EQ(Text(),
            "delete element ip natplan masq_saddr { 10.9.0.0/16 }\n"
            "delete element ip6 natplan map_port_ipport { tcp . 82 : fd01::1 . 2 }\n");
}

TEST_F(ReconcilerTest, ACallThatChangesNothingReadsOnceAndSendsNothing) {
  Fill();
  const Result result = Run({Add(Mask("10.1.0.0/16"))});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->changed);
  EXPECT_EQ(result->generation, kernel_.state().generation);
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(commits_, 0);
}

TEST_F(ReconcilerTest, AReplacedForwardIsDeletedAndAddedInOneTransaction) {
  Fill();
  Start({Add(To(81, "10.1.0.9:1"))});
  EXPECT_EQ(Text(),
            "delete element ip natplan map_port_ipport { tcp . 81 : 10.1.0.1 . 1 }\n"
            "create element ip natplan map_port_ipport { tcp . 81 : 10.1.0.9 . 1 }\n");
}

TEST_F(ReconcilerTest, AWiderPrefixReplacesTheNarrowOneAndGivesItBack) {
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/16"))}));
  Start({Add(Mask("10.0.0.0/8"))});
  EXPECT_EQ(Text(),
            "delete element ip natplan masq_saddr { 10.0.0.0/16 }\nadd element ip natplan masq_saddr { "
            "10.0.0.0/8 }\n");
  AnswerCommit();
  Start({Remove(Mask("10.0.0.0/8"))});
  EXPECT_EQ(Text(),
            "delete element ip natplan masq_saddr { 10.0.0.0/8 }\nadd element ip natplan masq_saddr { "
            "10.0.0.0/16 }\n");
}

TEST_F(ReconcilerTest, AFlushBetweenTwoCallsIsRepairedInOneTransactionWithEveryIntent) {
  Fill();
  kernel_.FlushRuleset();
  ASSERT_TRUE(Run({Add(Mask("10.9.0.0/16"))}));
  EXPECT_EQ(commits_, 2);  // the one that was refused with ERESTART, and the one that rebuilt everything
  ASSERT_TRUE(Run({Remove(Mask("10.9.0.0/16"))}));
  EXPECT_EQ(ListingText(kernel_.state()), full_);
}

TEST_F(ReconcilerTest, EnoentOnAnElementLeadsToTheSameRepair) {
  Fill();
  Start({Add(Mask("10.9.0.0/16"))});
  kernel_.FlushRuleset();
  (void)Text();
  reconciler_->OnOutcome(OperationRefused(0, ENOENT));
  ASSERT_TRUE(std::holds_alternative<WaitStep>(Poll()));
  AnswerRead();
  const std::string text = Text();
  for (const char* line : {"add table ip natplan\n", "add table ip6 natplan\n", "{ 10.1.0.0/16 }",
                           "{ 10.9.0.0/16 }", "{ fd03::/16 }", "{ tcp . 83 : fd01::1 . 3 }"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  AnswerCommit();
  EXPECT_TRUE(Finished()->changed);
}

TEST_F(ReconcilerTest, AFailedCallAfterAFlushDoesNotHideTheFlushFromTheNextOne) {
  for (const bool conflict : {true, false}) {
    kernel_ = FakeKernel();
    Use({}, Scope::kOwn);
    Fill();
    kernel_.FlushRuleset();
    if (conflict) {
      std::vector<Operation> foreign = Skeleton({Family::kIp, "natplan"});
      foreign.push_back(AddElements{{Family::kIp, "natplan"},
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

TEST_F(ReconcilerTest, RestartsAreRepeatedWithGrowingWaitsUntilTheDeadline) {
  Start({Add(Mask("10.0.0.0/24"))});
  int tries = 0;
  while (!std::holds_alternative<FinishedStep>(Next())) {
    if (std::holds_alternative<ReadStep>(Next())) AnswerRead();
    if (!std::holds_alternative<CommitStep>(Next())) continue;
    reconciler_->OnOutcome(BatchRefused(ERESTART));
    ++tries;
    ASSERT_LT(tries, 2000);
  }
  EXPECT_GT(tries, 200);
  EXPECT_GE(now_, deadline_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  EXPECT_EQ(Wanted(), 0U);
}

TEST_F(ReconcilerTest, AnUnknownOutcomeThatWasCommittedIsFoundByReading) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const Step step = Next();
  ASSERT_TRUE(std::holds_alternative<Committed>(kernel_.Commit(*std::get<CommitStep>(step).transaction)));
  reconciler_->OnOutcome(Unknown{ENOBUFS});
  AnswerRead();
  const Result result = Finished();
  ASSERT_TRUE(result);
  EXPECT_EQ(Wanted(), 1U);
  // It is known to be ours: it can be removed again.
  Start({Remove(Mask("10.0.0.0/24"))});
  EXPECT_EQ(Text(), "delete element ip natplan masq_saddr { 10.0.0.0/24 }\n");
}

TEST_F(ReconcilerTest, AnUnknownOutcomeThatWasNotCommittedIsSentAgainAfterReading) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const std::string text = Text();
  reconciler_->OnOutcome(Unknown{ETIMEDOUT});
  AnswerRead();
  EXPECT_EQ(Text(), text);
  AnswerCommit();
  EXPECT_TRUE(Finished());
}

TEST_F(ReconcilerTest, AnUnknownOutcomeThatCannotBeReadAgainStaysUnknown) {
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

TEST_F(ReconcilerTest, WhatAnUnknownOutcomeLeftBehindIsRemovedByTheNextCall) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  const Step step = Next();
  (void)kernel_.Commit(*std::get<CommitStep>(step).transaction);
  reconciler_->OnOutcome(Unknown{ENOBUFS});
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kUnknownOutcome);
  ASSERT_TRUE(Run({Add(Mask("10.7.0.0/16"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 2U);
}

TEST_F(ReconcilerTest, TornReadsEndWithTheDeadline) {
  Start({Add(Mask("10.0.0.0/24"))});
  while (std::holds_alternative<ReadStep>(Next())) {
    reconciler_->OnSnapshot(std::unexpected(ReadFailure{.torn = true, .errno_value = EINTR}));
  }
  EXPECT_GE(now_, deadline_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  EXPECT_EQ(Wanted(), 0U);
}

TEST_F(ReconcilerTest, ACallWithoutTimeSendsNothingEvenIfItIsWarm) {
  Fill();
  reconciler_->Start({Add(Mask("10.9.0.0/16"))}, Mode::kApply, now_, now_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  Start({Add(Mask("10.9.0.0/16"))});
  EXPECT_EQ(Text(), "add element ip natplan masq_saddr { 10.9.0.0/16 }\n") << "the mirror was not lost by it";
}

TEST_F(ReconcilerTest, WhereOneFamilyIsNotSupportedTheOtherIsAppliedAlone) {
  kernel_.unsupported = {Family::kIp6};
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

TEST_F(ReconcilerTest, WhereTheOnlyFamilyIsNotSupportedTheCallFails) {
  kernel_.unsupported = {Family::kIp6};
  EXPECT_EQ(Run({Add(Mask("fd00::/64"))}).error().code, ErrorCode::kNotSupported);
  EXPECT_EQ(Wanted(), 0U);
  EXPECT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  EXPECT_EQ(kernel_.Find(Family::kIp6), nullptr);
}

TEST_F(ReconcilerTest, AMissingNatChainTypeIsNamedAndNotRepeated) {
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  (void)Text();
  reconciler_->OnOutcome(Refused{{{.operation = 1, .errno_value = ENOENT, .missing_name = "nat"},
                                  {.operation = 2, .errno_value = ENOENT, .missing_name = "nat"},
                                  {.operation = 6, .errno_value = ENOENT}}});
  const Result result = Finished();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
  EXPECT_NE(result.error().text.find("\"nat\""), std::string::npos);
}

TEST_F(ReconcilerTest, ErrorsOfTheEnvironmentStopAtOnceAndLeaveTheDesiredState) {
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

TEST_F(ReconcilerTest, ARefusalThatNoReadingExplainsIsNotRepeatedForLong) {
  Start({Add(Mask("10.0.0.0/24"))});
  int tries = 0;
  for (; tries < 10 && !std::holds_alternative<FinishedStep>(Next()); ++tries) {
    AnswerRead();
    (void)Text();
    reconciler_->OnOutcome(OperationRefused(9, EEXIST));
  }
  EXPECT_LT(tries, 5);
  EXPECT_EQ(Finished().error().code, ErrorCode::kConflict);
}

std::vector<Operation> ForeignRange(const char* prefix) {
  return {AddElements{{Family::kIp, "natplan"},
                      kMasqueradeSet,
                      MasqueradeShape(Family::kIp),
                      true,
                      {ToElement(Prefix::Parse(prefix).value())}}};
}

TEST_F(ReconcilerTest, AForeignPartOfAPrefixIsAConflictInEveryPosition) {
  for (const char* foreign :
       {"10.0.0.0/25", "10.0.0.64/26", "10.0.0.128/25", "10.0.0.255/32", "10.0.0.0/16", "10.0.0.0/8"}) {
    kernel_ = FakeKernel();
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

TEST_F(ReconcilerTest, AConflictThatOnlyTheStaleMirrorSeesIsReadAgain) {
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

TEST_F(ReconcilerTest, AHeldIntentThatSomebodyTookIsReportedAndBlocksNothing) {
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

TEST_F(ReconcilerTest, ARemovalIsNotBlockedByWhatItWouldBringBack) {
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/16")), Add(Mask("10.0.0.0/8"))}));
  kernel_.FlushRuleset();
  std::vector<Operation> foreign = Skeleton({Family::kIp, "natplan"});
  foreign.push_back(ForeignRange("10.0.0.0/17").front());
  ASSERT_TRUE(kernel_.Foreign(foreign));
  const Result result = Run({Remove(Mask("10.0.0.0/8"))});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
}

TEST_F(ReconcilerTest, AnEditThatTheDesiredStateRefusesUndoesThoseBeforeIt) {
  Fill();
  Edit other = Add(To(81, "10.7.7.7:7"));
  other.owner = Owner::Make("other").value();
  EXPECT_EQ(Run({Add(Mask("10.9.0.0/16")), Remove(Mask("10.1.0.0/16")), other}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(reads_ + commits_, 0);
  EXPECT_EQ(Wanted(), 12U);
}

TEST_F(ReconcilerTest, ADormantTableWithAWrongChainIsWholeAfterTwoCommits) {
  ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16"))}));
  TableSnapshot& table = *kernel_.Find(Family::kIp);
  table.dormant = true;
  FindChain(table, "output")->base->priority = 0;
  kernel_.Edit();
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

TEST_F(ReconcilerTest, WhatTheFirstOfTwoCommitsCarriedIsTakenBackIfTheCallEndsBetween) {
  ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16"))}));
  kernel_.Find(Family::kIp)->dormant = true;
  FindChain(*kernel_.Find(Family::kIp), "output")->base->priority = 0;
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

TEST_F(ReconcilerTest, CancellingLeavesTheOldStateWhereverTheCallIs) {
  Fill();
  const std::vector<Edit> edits = {Add(Mask("10.9.0.0/16"))};
  Start(edits);  // wants a commit, and nobody has heard of it yet
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  Start(edits);  // a read, the mirror being gone
  reconciler_->OnSnapshot(kernel_.Read(RequestFor({})));
  ASSERT_TRUE(std::holds_alternative<CommitStep>(Poll()));
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kUnknownOutcome);
  Start(edits);  // asks for a read, the mirror being gone
  ASSERT_TRUE(std::holds_alternative<ReadStep>(Poll()));
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  Start(edits);
  reconciler_->OnSnapshot(std::unexpected(ReadFailure{.torn = true}));
  ASSERT_TRUE(std::holds_alternative<WaitStep>(Poll()));
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  reconciler_->Cancel();  // finished: nothing happens
  EXPECT_EQ(Wanted(), 12U);
  EXPECT_EQ(ListingText(kernel_.state()), full_);
  ASSERT_TRUE(Run(edits));
  EXPECT_EQ(Wanted(), 13U);
}

TEST_F(ReconcilerTest, AfterACancelledCommitThatWentThroughTheNextCallTakesItBack) {
  Fill();
  Start({Add(Mask("10.9.0.0/16"))});
  const Step step = Next();
  (void)kernel_.Commit(*std::get<CommitStep>(step).transaction);
  reconciler_->Cancel();
  (void)Finished();
  ASSERT_TRUE(Run({Remove(Mask("10.9.0.0/16"))}));
  EXPECT_EQ(ListingText(kernel_.state()), full_);
}

TEST_F(ReconcilerTest, APlanChangesNothingAndSaysWhatWouldBe) {
  const Result result = Run({Add(Mask("10.0.0.0/24"))}, Mode::kPlan);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->changed);
  EXPECT_NE(ToText(result->transaction).find("10.0.0.0/24"), std::string::npos);
  EXPECT_EQ(commits_, 0);
  EXPECT_EQ(Wanted(), 0U);
  EXPECT_TRUE(kernel_.state().tables.empty());
}

TEST_F(ReconcilerTest, APlanAfterAFlushShowsTheRepairAndTheNextCallMakesIt) {
  Fill();
  kernel_.FlushRuleset();
  const Result plan = Run({}, Mode::kPlan);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->transaction.operations.empty());
  ASSERT_TRUE(Run({}));
  EXPECT_EQ(ListingText(kernel_.state()), full_);
}

TEST_F(ReconcilerTest, ADeleteOnAnEmptyKernelCreatesNothing) {
  const Result result = Run({Remove(Mask("10.0.0.0/24")), Remove(To(80, "[fd00::5]:80"))});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->changed);
  EXPECT_TRUE(kernel_.state().tables.empty());
}

TEST_F(ReconcilerTest, ADeleteAfterAFlushCreatesNothing) {
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  kernel_.FlushRuleset();
  ASSERT_TRUE(Run({Remove(Mask("10.0.0.0/24"))}));
  EXPECT_TRUE(kernel_.state().tables.empty());
}

TEST_F(ReconcilerTest, InExclusiveScopeWhatIsNotWantedIsRemovedAndOnce) {
  Use({}, Scope::kExclusive);
  Fill();
  ASSERT_TRUE(kernel_.Foreign(ForeignRange("10.0.0.0/25")));
  // Somebody gave one of our ports another target; we do not want that port any more either.
  TableSnapshot& table = *(kernel_.Edit(), kernel_.Find(Family::kIp));
  std::erase_if(FindSet(table, kForwardMap)->elements, [](const Element& e) {
    return e.key == ToElement(MapEntry{To(81, "10.1.0.1:1").key(), To(81, "10.1.0.1:1").to}).key;
  });
  FindSet(table, kForwardMap)
      ->elements.push_back(ToElement(MapEntry{To(81, "9.9.9.9:9").key(), To(81, "9.9.9.9:9").to}));
  FindSet(table, kMasqueradeSet)->other_elements = true;
  FindSet(table, kForwardMap)->other_elements = true;
  ASSERT_TRUE(Run({Remove(To(81, "10.1.0.1:1"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->elements.size(), 2U);
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kMasqueradeSet)->elements.size(), 6U);
  EXPECT_FALSE(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->other_elements);
  ASSERT_TRUE(Run({Add(To(81, "10.1.0.1:1"))}));
  kernel_.Edit();
  FindSet(*kernel_.Find(Family::kIp), kForwardMap)->elements.back() =
      ToElement(MapEntry{To(81, "9.9.9.9:9").key(), To(81, "9.9.9.9:9").to});
  ASSERT_TRUE(Run({Remove(To(81, "10.1.0.1:1"))}));
  EXPECT_EQ(FindSet(*kernel_.Find(Family::kIp), kForwardMap)->elements.size(), 2U);
}

TEST_F(ReconcilerTest, ATableThatNobodyLookedAtIsReadBeforeItIsUsed) {
  ASSERT_TRUE(kernel_.Foreign(Skeleton({Family::kIp6, "natplan"})));
  ASSERT_TRUE(kernel_.Foreign({FlushChain{{Family::kIp6, "natplan"}, "prerouting"}}));
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  ASSERT_TRUE(Run({Add(Mask("fd00::/64"))}));
  EXPECT_EQ(FindChain(*kernel_.Find(Family::kIp6), "prerouting")->rules.size(), 1U);
}

TEST_F(ReconcilerTest, AnElementWhoseEndWasTakenIsRepairedOrRemovedWithWhatIsLeft) {
  for (const bool remove : {false, true}) {
    kernel_ = FakeKernel();
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

TEST_F(ReconcilerTest, AWrongSetIsAnObstacleThatIsSaid) {
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

TEST_F(ReconcilerTest, EveryTransactionCarriesTheGenerationItWasPlannedFrom) {
  kernel_.Edit().generation = UINT32_MAX;
  Start({Add(Mask("10.0.0.0/24"))});
  AnswerRead();
  EXPECT_EQ(std::get<CommitStep>(Next()).transaction->required_generation, UINT32_MAX);
  reconciler_->OnOutcome(Committed{});
  EXPECT_EQ(Finished()->generation, 1U) << "0 is skipped";
  Start({Add(Mask("10.1.0.0/24"))});
  EXPECT_EQ(std::get<CommitStep>(Next()).transaction->required_generation, 1U);
}

}  // namespace
}  // namespace natplan
