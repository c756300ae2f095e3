#include "backends/nat.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/sim_executor.h"
#include "backends/wrappers/fault_executor.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

Masquerade Mask(const char* prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }

Forward To(int port, const char* target) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(target).value()};
}

std::vector<Edit> Adding(const Masquerade& masquerade) {
  return {{Edit::Kind::kAdd, Owner::Default(), masquerade}};
}

bool IsReadable(int descriptor, int milliseconds) {
  pollfd waited{descriptor, POLLIN, 0};
  return poll(&waited, 1, milliseconds) == 1;
}

// A context over the simulated kernel, with faults between.
class NatTest : public testing::Test {
 protected:
  Nat Open(Faults faults, NatOptions options = {}) {
    return Nat(std::make_unique<FaultExecutor>(*executor_, std::move(faults)), std::move(options));
  }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }

  kernel_sim::Kernel kernel_;
  std::unique_ptr<Executor> executor_ = MakeSimExecutor(kernel_);
};

TEST_F(NatTest, AnEventLoopIsWokenWhenThereIsSomethingToDo) {
  Nat nat = Open({.reads = {{TearRead{}, 1}}});
  const int descriptor = nat.descriptor().value();
  EXPECT_GT(descriptor, 2);
  EXPECT_NE(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_TRUE(nat.BeginChange(Adding(Mask("10.0.0.0/8"))));
  EXPECT_TRUE(IsReadable(descriptor, 1000)) << "a call that has begun has something to do";
  EXPECT_EQ(nat.Poll(), nullptr) << "the first read is torn, and the next one waits";
  ASSERT_TRUE(IsReadable(descriptor, 1000));
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  ASSERT_TRUE(result->has_value());
  EXPECT_TRUE((*result)->changed);
  EXPECT_FALSE(IsReadable(descriptor, 0)) << "nothing is left to do";
  EXPECT_NE(Listing().find("10.0.0.0/8"), std::string::npos);
}

TEST_F(NatTest, ACancelledCallLeavesKernelAndContextAsTheyWere) {
  Nat nat = Open({.reads = {{TearRead{}, 1}}});
  ASSERT_TRUE(nat.BeginChange(Adding(Mask("10.0.0.0/8"))));
  ASSERT_EQ(nat.Poll(), nullptr);
  nat.Cancel();
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->error().errno_value, ECANCELED);
  EXPECT_EQ(Listing(), "");
  EXPECT_TRUE(nat.desired().prefixes().empty());
  EXPECT_TRUE(nat.AddMasquerade(Mask("10.1.0.0/16")).has_value());
}

TEST_F(NatTest, TheDeadlineEndsACallThatNeverGetsASnapshot) {
  Nat nat = Open({.reads = {{TearRead{}, 1, true}}}, {.deadline = std::chrono::milliseconds(30)});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(nat.AddMasquerade(Mask("10.0.0.0/8")).error().code, ErrorCode::kDeadline);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(30));
}

TEST_F(NatTest, ALostAnswerIsLookedUpAndNotRepeated) {
  Nat nat = Open({.commits = {{LoseAnswer{}, 1}}});
  const Result result = nat.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(kernel_.transactions(), 1U);
  EXPECT_NE(Listing().find("10.0.0.0/8"), std::string::npos);
}

TEST_F(NatTest, WhatIsDoneIsLoggedInNftSyntax) {
  std::vector<std::string> lines;
  NatOptions options;
  options.log = [&](LogLevel level, std::string_view text, std::string_view operation) {
    EXPECT_EQ(text == "done", level == LogLevel::kDebug);
    lines.push_back((level == LogLevel::kInfo ? std::string(text) + ": " : "") + std::string(operation));
  };
  Nat nat = Open({.commits = {{Refuse{ERESTART}, 2}}}, options);
  ASSERT_TRUE(nat.AddForward(To(80, "192.0.2.1:8080")).has_value());
  EXPECT_EQ(lines.front(), "add table ip natplan { comment \"natplan layout 2\"; }");
  lines.clear();
  ASSERT_TRUE(nat.RemoveForward(To(80, "192.0.2.1:8080")).has_value());
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          "refused with errno " + std::to_string(ERESTART) + ": ",
          "delete element ip natplan map_port_ipport { tcp . 80 comment \"default\" : 192.0.2.1 . 8080 }"}));
}

TEST_F(NatTest, BeforeACallWasBegunThereIsNothingToWaitFor) {
  Nat nat = Open({});
  const int descriptor = nat.descriptor().value();
  EXPECT_FALSE(IsReadable(descriptor, 0));
  EXPECT_EQ(nat.Poll(), nullptr);
  EXPECT_EQ(nat.wake_time(), TimePoint::max());
  nat.Cancel();
  EXPECT_EQ(nat.Poll(), nullptr);
  EXPECT_EQ(kernel_.transactions(), 0U);
  // The same after a call whose result was given.
  ASSERT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8")));
  EXPECT_FALSE(IsReadable(descriptor, 0));
  EXPECT_EQ(nat.Poll(), nullptr);
}

TEST_F(NatTest, ASecondCallIsAnErrorThatLeavesTheFirstAlone) {
  Nat nat = Open({.reads = {{TearRead{}, 1}}});
  ASSERT_TRUE(nat.BeginChange(Adding(Mask("10.0.0.0/8"))));
  const auto refused = [&](const auto& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().errno_value, EALREADY);
  };
  const auto try_others = [&] {
    refused(nat.BeginChange(Adding(Mask("11.0.0.0/8"))));
    refused(nat.BeginApply({}));
    refused(nat.BeginPreview({}));
    refused(nat.Begin({}, Mode::kPlan));
    refused(nat.AddMasquerade(Mask("11.0.0.0/8")));
    refused(nat.RemoveMasquerade(Mask("11.0.0.0/8")));
    refused(nat.AddForward(To(80, "192.0.2.1:80")));
    refused(nat.RemoveForward(To(80, "192.0.2.1:80")));
    refused(nat.Apply({}));
    refused(nat.Change({}));
    refused(nat.Verify());
    refused(nat.Preview({}));
  };
  try_others();
  ASSERT_EQ(nat.Poll(), nullptr) << "the first read is torn, and the next one waits";
  try_others();
  while (nat.Poll() == nullptr) {
  }
  EXPECT_TRUE((*nat.Poll())->changed) << "the result stays until the next call";
  EXPECT_NE(Listing().find("10.0.0.0/8"), std::string::npos);
  EXPECT_EQ(Listing().find("11.0.0.0/8"), std::string::npos);
  EXPECT_TRUE(nat.Apply({}));
}

TEST_F(NatTest, ACancelledCallMakesRoomForTheNext) {
  Nat nat = Open({});
  ASSERT_TRUE(nat.BeginChange(Adding(Mask("10.0.0.0/8"))));
  nat.Cancel();
  ASSERT_TRUE(nat.BeginChange(Adding(Mask("11.0.0.0/8"))));
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  EXPECT_TRUE((*result)->changed);
}

TEST_F(NatTest, AContextThatWasMovedFromAnswersWithAnError) {
  Nat from = Open({});
  ASSERT_TRUE(from.AddMasquerade(Mask("10.0.0.0/8")));
  ASSERT_TRUE(from.BeginChange(Adding(Mask("11.0.0.0/8"))));
  Nat nat = std::move(from);
  // NOLINTBEGIN(bugprone-use-after-move): that is what is tested.
  const auto refused = [](const auto& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalidArgument);
  };
  refused(from.AddMasquerade(Mask("12.0.0.0/8")));
  refused(from.RemoveMasquerade(Mask("12.0.0.0/8")));
  refused(from.AddForward(To(80, "192.0.2.1:80")));
  refused(from.RemoveForward(To(80, "192.0.2.1:80")));
  refused(from.Apply({}));
  refused(from.Change({}));
  refused(from.Verify());
  refused(from.Preview({}));
  refused(from.BeginChange({}));
  refused(from.BeginApply({}));
  refused(from.BeginPreview({}));
  refused(from.Begin({}, Mode::kApply));
  refused(from.descriptor());
  ASSERT_NE(from.Poll(), nullptr);
  refused(*from.Poll());
  from.Cancel();
  EXPECT_TRUE(from.desired().masquerades().empty());
  (void)from.wake_time();
  (void)from.backend();
  (void)from.backend_reason();
  Nat again = std::move(from);
  refused(again.Verify());
  // NOLINTEND(bugprone-use-after-move)
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr) << "the call went along";
  EXPECT_TRUE((*result)->changed);
}

TEST_F(NatTest, DeadlinesOfAnySizeWork) {
  using std::chrono::milliseconds;
  for (const auto deadline : {milliseconds::max(), milliseconds::max() - milliseconds(1),
                              milliseconds(std::chrono::hours(24 * 365 * 1000))}) {
    Nat nat = Open({.reads = {{TearRead{}, 1}}}, {.deadline = deadline});
    ASSERT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8"))) << deadline.count();
    ASSERT_TRUE(nat.BeginChange(Adding(Mask("11.0.0.0/8"))));
    EXPECT_TRUE(IsReadable(nat.descriptor().value(), 1000));
    ASSERT_NE(nat.Poll(), nullptr);
    ASSERT_TRUE(nat.Apply({}));
  }
  for (const auto deadline : {milliseconds(0), milliseconds(-1), milliseconds::min()}) {
    Nat nat = Open({}, {.deadline = deadline});
    const Result result = nat.AddMasquerade(Mask("10.0.0.0/8"));
    ASSERT_FALSE(result) << deadline.count();
    EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
  }
}

}  // namespace
}  // namespace natplan
