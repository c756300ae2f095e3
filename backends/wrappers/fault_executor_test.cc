#include "backends/wrappers/fault_executor.h"

#include <cerrno>
#include <vector>

#include "backends/wrappers/fake_executor.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

const Transaction kTransaction = {.operations = {EnsureTable{{Family::kIp, "natplan"}}}};

Outcome Commit(Executor& executor) { return executor.Commit(kTransaction, TimePoint()); }

TEST(FaultExecutorTest, WithoutFaultsEverythingIsHandedOn) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {});
  EXPECT_EQ(Commit(executor), Outcome(Committed{}));
  EXPECT_EQ(executor.Read({}, TimePoint()), inner.snapshot);
  EXPECT_EQ(inner.transactions.at(0), kTransaction);
  EXPECT_EQ(inner.requests.size(), 1u);
  inner.drained = {.complete = true, .generation = 9, .changes = {{{.other = "a change"}}}};
  const Drained drained = executor.Drain({{Family::kIp, "natplan"}}, 7);
  EXPECT_TRUE(drained.complete);
  EXPECT_EQ(drained.changes, inner.drained.changes);
  EXPECT_EQ(drained.generation, 9u);
  EXPECT_EQ(inner.drained_since, 7u);
  EXPECT_EQ(inner.drained_tables, (std::vector<TableId>{{Family::kIp, "natplan"}}));
}

TEST(FaultExecutorTest, ALostAnswerIsUnknownThoughTheTransactionWasCarriedOut) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = LoseAnswer{}}}});
  EXPECT_EQ(Commit(executor), Outcome(Unknown{ENOBUFS}));
  EXPECT_EQ(inner.transactions.size(), 1u);
}

TEST(FaultExecutorTest, WhatWasNotSentHasNoAnswerToLose) {
  FakeExecutor inner;
  inner.outcome = NotSent{EMSGSIZE, {}};
  FaultExecutor executor(inner, {.commits = {{.fault = LoseAnswer{}}}});
  EXPECT_EQ(Commit(executor), inner.outcome);
}

TEST(FaultExecutorTest, ALostTransactionIsUnknownAndNotCarriedOut) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = LoseTransaction{}}}});
  EXPECT_EQ(Commit(executor), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_TRUE(inner.transactions.empty());
}

TEST(FaultExecutorTest, ARefusalNamesTheOperation) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = Refuse{.errno_value = ENOENT, .operation = 0}}}});
  EXPECT_EQ(Commit(executor), Outcome(Refused{{Refusal{.operation = 0, .errno_value = ENOENT}}}));
  EXPECT_TRUE(inner.transactions.empty());
}

TEST(FaultExecutorTest, ARefusalBeyondTheLastOperationIsOneOfTheBatch) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = Refuse{.errno_value = ENOENT, .operation = 1}}}});
  EXPECT_EQ(Commit(executor), Outcome(Refused{{Refusal{.errno_value = ENOENT}}}));
}

TEST(FaultExecutorTest, AFailedSendIsNotCarriedOut) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = FailSend{EMSGSIZE}}}});
  EXPECT_EQ(Commit(executor), Outcome(NotSent{EMSGSIZE, {}}));
  EXPECT_TRUE(inner.transactions.empty());
}

TEST(FaultExecutorTest, ATransientFaultOccursAtItsCallOnly) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = FailSend{}, .call = 2}}});
  EXPECT_EQ(Commit(executor), Outcome(Committed{}));
  EXPECT_NE(Commit(executor), Outcome(Committed{}));
  EXPECT_EQ(Commit(executor), Outcome(Committed{}));
  EXPECT_EQ(executor.commits(), 3u);
}

TEST(FaultExecutorTest, APermanentFaultGoesOnForEver) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = FailSend{}, .call = 2, .and_all_after = true}}});
  EXPECT_EQ(Commit(executor), Outcome(Committed{}));
  for (int i = 0; i < 3; ++i) EXPECT_NE(Commit(executor), Outcome(Committed{}));
}

TEST(FaultExecutorTest, OfSeveralFaultsOfOneCallTheFirstCounts) {
  FakeExecutor inner;
  FaultExecutor executor(inner, {.commits = {{.fault = FailSend{ENOMEM}}, {.fault = LoseTransaction{}}}});
  EXPECT_EQ(Commit(executor), Outcome(NotSent{ENOMEM, {}}));
}

TEST(FaultExecutorTest, ReadsAreTornOrFailAndAreCountedApartFromCommits) {
  FakeExecutor inner;
  FaultExecutor executor(
      inner, {.reads = {{.fault = TearRead{}, .call = 1}, {.fault = FailRead{EPERM}, .call = 2}}});
  EXPECT_EQ(Commit(executor), Outcome(Committed{}));
  EXPECT_EQ(executor.Read({}, TimePoint()).error(), ReadFailure{.torn = true});
  EXPECT_EQ(executor.Read({}, TimePoint()).error(), ReadFailure{.errno_value = EPERM});
  EXPECT_TRUE(executor.Read({}, TimePoint()));
  EXPECT_EQ(executor.reads(), 3u);
}

}  // namespace
}  // namespace natplan
