#include "core/plan/reconciler.h"

#include <gtest/gtest.h>

#include "core/plan/test_tables.h"
#include "tests/model/reconciler_fixture.h"

namespace natplan {
namespace {

TEST_F(ReconcilerTest, OnAFreshKernelTheOrderIsTableChainsSetMapRulesElements) {
  Start({Add(Mask("10.1.2.3/32")), Add(To(4711, "1.2.3.4:815"))});
  AnswerRead();
  EXPECT_EQ(
      Text(),
      "add table ip natplan { comment \"natplan layout 2\"; }\n"
      "add chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }\n"
      "add chain ip natplan output { type nat hook output priority -99; policy accept; }\n"
      "add chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }\n"
      "add chain ip natplan hairpin { type filter hook forward priority filter + 1; policy accept; }\n"
      "add set ip natplan masq_saddr { type ipv4_addr; flags interval; }\n"
      "add map ip natplan map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
      "add set ip natplan owners { type ipv4_addr . inet_service . mark . mark . mark; }\n"
      "add rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map "
      "@map_port_ipport\n"
      "add rule ip natplan output ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map "
      "@map_port_ipport\n"
      "add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != "
      "broadcast fib daddr type != multicast masquerade\n"
      "add rule ip natplan postrouting ct label 127 masquerade\n"
      "add rule ip natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127\n"
      "add element ip natplan masq_saddr { 10.1.2.3 }\n"
      "create element ip natplan map_port_ipport { tcp . 4711 comment \"default\" : 1.2.3.4 . 815 }\n"
      "create element ip natplan owners { 10.1.2.3 . 32 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
      "\"default\" }\n");
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
  EXPECT_EQ(Text(), "add element ip natplan masq_saddr { 10.9.0.0/16 }\ncreate" + Entry("10.9.0.0 . 16"));
  AnswerCommit();
  EXPECT_TRUE(Finished()->changed);
  Start({Remove(Mask("10.9.0.0/16")), Remove(To(82, "[fd01::1]:2"))});
  EXPECT_EQ(
      Text(),
      "delete element ip natplan masq_saddr { 10.9.0.0/16 }\ndelete" + Entry("10.9.0.0 . 16") +
          "delete element ip6 natplan map_port_ipport { tcp . 82 comment \"default\" : fd01::1 . 2 }\n");
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
            "delete element ip natplan map_port_ipport { tcp . 81 comment \"default\" : 10.1.0.1 . 1 }\n"
            "create element ip natplan map_port_ipport { tcp . 81 comment \"default\" : 10.1.0.9 . 1 }\n");
}

TEST_F(ReconcilerTest, AWiderPrefixReplacesTheNarrowOneAndGivesItBack) {
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/16"))}));
  Start({Add(Mask("10.0.0.0/8"))});
  EXPECT_EQ(Text(),
            "delete element ip natplan masq_saddr { 10.0.0.0/16 }\n"
            "add element ip natplan masq_saddr { 10.0.0.0/8 }\ncreate" +
                Entry("10.0.0.0 . 8"));
  AnswerCommit();
  Start({Remove(Mask("10.0.0.0/8"))});
  EXPECT_EQ(Text(), "delete element ip natplan masq_saddr { 10.0.0.0/8 }\ndelete" + Entry("10.0.0.0 . 8") +
                        "add element ip natplan masq_saddr { 10.0.0.0/16 }\n");
}

TEST_F(ReconcilerTest, ACallWithoutTimeSendsNothingEvenIfItIsWarm) {
  Fill();
  reconciler_->Start({Add(Mask("10.9.0.0/16"))}, Mode::kApply, now_, now_);
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  Start({Add(Mask("10.9.0.0/16"))});
  EXPECT_EQ(Text(), "add element ip natplan masq_saddr { 10.9.0.0/16 }\ncreate" + Entry("10.9.0.0 . 16"))
      << "the mirror was not lost by it";
}

TEST_F(ReconcilerTest, CancellingLeavesTheOldStateWhereverTheCallIs) {
  Fill();
  const std::vector<Edit> edits = {Add(Mask("10.9.0.0/16"))};
  Start(edits);  // wants a commit, and nobody has heard of it yet
  reconciler_->Cancel();
  EXPECT_EQ(Finished().error().code, ErrorCode::kDeadline);
  Start(edits);  // a read, the mirror being gone
  reconciler_->OnSnapshot(Read(RequestFor({})));
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
  (void)Commit(*std::get<CommitStep>(step).transaction);
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

TEST_F(ReconcilerTest, ATableThatNobodyLookedAtIsReadBeforeItIsUsed) {
  ASSERT_TRUE(kernel_.Foreign(Skeleton({Family::kIp6, "natplan"})));
  ASSERT_TRUE(kernel_.Foreign({FlushChain{{Family::kIp6, "natplan"}, "prerouting"}}));
  ASSERT_TRUE(Run({Add(Mask("10.0.0.0/24"))}));
  ASSERT_TRUE(Run({Add(Mask("fd00::/64"))}));
  EXPECT_EQ(FindChain(*kernel_.Find(Family::kIp6), "prerouting")->rules.size(), 1U);
}

TEST_F(ReconcilerTest, EveryTransactionCarriesTheGenerationItWasPlannedFrom) {
  Start({Add(Mask("10.0.0.0/24"))});
  ASSERT_TRUE(std::holds_alternative<ReadStep>(Poll()));
  reconciler_->OnSnapshot(Snapshot{.generation = UINT32_MAX});
  EXPECT_EQ(std::get<CommitStep>(Next()).transaction->required_generation, UINT32_MAX);
  reconciler_->OnOutcome(Committed{});
  EXPECT_EQ(Finished()->generation, 1U) << "0 is skipped";
  Start({Add(Mask("10.1.0.0/24"))});
  EXPECT_EQ(std::get<CommitStep>(Next()).transaction->required_generation, 1U);
}

}  // namespace
}  // namespace natplan
