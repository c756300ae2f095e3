#include "backends/wrappers/tracing_executor.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "backends/wrappers/fake_executor.h"
#include "core/values/element.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using ::testing::ElementsAre;

const TableId kTable = {Family::kIp, "natplan"};
const SetShape kAddresses = {.interval = true, .key_type = 7, .key_length = 4};

Element Net(std::uint8_t third_byte) {
  return {.kind = ElementKind::kRange,
          .key = {10, 0, third_byte, 0},
          .end = {10, 0, static_cast<std::uint8_t>(third_byte + 1), 0}};
}

const Transaction kTransaction = {
    .operations = {EnsureTable{kTable},
                   AddElements{kTable, "masq_saddr", kAddresses, false, {Net(0), Net(4)}}},
    .required_generation = 7};

class TracingExecutorTest : public ::testing::Test {
 protected:
  std::string LastLine() const { return lines_.empty() ? "" : lines_.back(); }

  FakeExecutor inner_;
  std::vector<std::string> lines_;
  TracingExecutor executor_{inner_, [this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(TracingExecutorTest, ACommitShowsItsOperationsInNftSyntaxAndTheAnswer) {
  EXPECT_EQ(executor_.Commit(kTransaction, TimePoint()), Outcome(Committed{}));
  EXPECT_THAT(lines_, ElementsAre("# commit, at generation 7", "add table ip natplan",
                                  "add element ip natplan masq_saddr { 10.0.0.0/24 }",
                                  "add element ip natplan masq_saddr { 10.0.4.0/24 }", "# committed"));
  EXPECT_EQ(inner_.transactions.at(0), kTransaction);
}

TEST_F(TracingExecutorTest, TheOperationsAreShownBeforeTheyAreCarriedOut) {
  // The inner tracer's first line shows when the inner executor is called.
  std::size_t lines_before = 0;
  TracingExecutor outer(executor_, [&](std::string_view) {
    if (lines_.empty()) ++lines_before;
  });
  outer.Commit(kTransaction, TimePoint());
  EXPECT_EQ(lines_before, 4u);
}

TEST_F(TracingExecutorTest, ARefusalShowsTheElementTheErrorAndTheKernelsWords) {
  inner_.outcome = Refused{{Refusal{.operation = 1, .element = 1, .errno_value = EEXIST, .message = "why"}}};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(LastLine(),
            "# refused: add element ip natplan masq_saddr { 10.0.4.0/24 }: File exists (errno 17): why");
}

TEST_F(TracingExecutorTest, ARefusalOfAnOperationWithoutAnElementShowsHowManyItHas) {
  inner_.outcome = Refused{{Refusal{.operation = 1, .errno_value = ENOENT}}};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(
      LastLine(),
      "# refused: add element ip natplan masq_saddr { 10.0.0.0/24 } and 1 more: No such file or directory "
      "(errno 2)");
}

TEST_F(TracingExecutorTest, ARefusalOfTheBatchIsOneLine) {
  inner_.outcome = Refused{{Refusal{.errno_value = EPERM}}};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(LastLine(), "# refused: the batch: Operation not permitted (errno 1)");
}

TEST_F(TracingExecutorTest, AMissingPieceIsNamed) {
  inner_.outcome = Refused{{Refusal{.operation = 0, .errno_value = ENOENT, .missing_name = "masq"}}};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(LastLine(),
            "# refused: add table ip natplan: No such file or directory (errno 2), missing: masq");
}

TEST_F(TracingExecutorTest, NotSentAndUnknownAreShown) {
  inner_.outcome = NotSent{EMSGSIZE, "do less"};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(LastLine(), "# not sent: Message too long (errno 90): do less");
  inner_.outcome = Unknown{ENOBUFS};
  executor_.Commit(kTransaction, TimePoint());
  EXPECT_EQ(LastLine(), "# outcome unknown: No buffer space available (errno 105)");
}

TEST_F(TracingExecutorTest, ACheckOnlyTransactionIsCalledACheck) {
  executor_.Commit({.operations = {EnsureTable{kTable}}, .check_only = true}, TimePoint());
  EXPECT_THAT(lines_, ElementsAre("# check", "add table ip natplan", "# would be committed"));
}

TEST_F(TracingExecutorTest, AReadShowsWhatWasAskedForAndWhatIsThere) {
  Snapshot snapshot = {.generation = 7, .tables = {TableSnapshot{.id = kTable}}};
  inner_.snapshot = snapshot;
  const ReadRequest request = {.tables = {kTable, {Family::kIp6, "natplan"}},
                               .sets = {"masq_saddr", "owners"}};
  EXPECT_EQ(executor_.Read(request, TimePoint()), inner_.snapshot);
  EXPECT_THAT(lines_,
              ElementsAre("# read table ip natplan, table ip6 natplan, elements of masq_saddr, owners",
                          "# generation 7: table ip natplan"));
  EXPECT_EQ(inner_.requests.at(0), request);
}

TEST_F(TracingExecutorTest, WhatWasAnnouncedIsShownIfItIsAllThatWasCommitted) {
  inner_.drained = {.complete = true, .generation = 9, .changes = std::vector<Change>()};
  EXPECT_EQ(executor_.Drain({kTable}, 7).generation, 9u);
  EXPECT_EQ(LastLine(), "# generation 9, by notifications: no change of others to table ip natplan");
  inner_.drained.changes.reset();
  EXPECT_TRUE(executor_.Drain({kTable}, 7).touched());
  EXPECT_EQ(LastLine(), "# generation 9, by notifications: changes of others to table ip natplan");
  EXPECT_EQ(inner_.drained_since, 7u);
  inner_.drained.changes = {{.table = kTable, .operation = DeleteTable{kTable}},
                            {.table = kTable, .other = "add object ip natplan seen"}};
  EXPECT_EQ(executor_.Drain({kTable}, 7).changes, inner_.drained.changes);
  ASSERT_EQ(lines_.size(), 5u);
  EXPECT_EQ(lines_[3], "#   delete table ip natplan");
  EXPECT_EQ(lines_[4], "#   add object ip natplan seen");
  // A reading follows, and is shown.
  inner_.drained = {};
  EXPECT_FALSE(executor_.Drain({kTable}, 7).complete);
  EXPECT_EQ(lines_.size(), 5u);
}

TEST_F(TracingExecutorTest, AReadThatFailedShowsWhy) {
  inner_.snapshot = std::unexpected(ReadFailure{.torn = true});
  (void)executor_.Read({.tables = {kTable}}, TimePoint());
  EXPECT_EQ(LastLine(), "# torn");
  inner_.snapshot = std::unexpected(ReadFailure{.errno_value = EPERM, .text = "sorry"});
  (void)executor_.Read({.tables = {kTable}}, TimePoint());
  EXPECT_EQ(LastLine(), "# not read: Operation not permitted (errno 1): sorry");
}

}  // namespace
}  // namespace natplan
