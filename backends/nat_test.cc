#include "backends/nat.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/sim_executor.h"
#include "backends/wrappers/fault_executor.h"
#include "core/values/failing_new.h"
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
  nat.BeginChange(Adding(Mask("10.0.0.0/8")));
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
  nat.BeginChange(Adding(Mask("10.0.0.0/8")));
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
  EXPECT_EQ(lines.front(), "add table ip natplan { comment \"natplan layout 1\"; }");
  lines.clear();
  ASSERT_TRUE(nat.RemoveForward(To(80, "192.0.2.1:8080")).has_value());
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          "refused with errno " + std::to_string(ERESTART) + ": ",
          "delete element ip natplan map_port_ipport { tcp . 80 comment \"default\" : 192.0.2.1 . 8080 }"}));
}

// Takes everything, and allocates nothing in Commit.
class CountingExecutor final : public Executor {
 public:
  explicit CountingExecutor(int& commits) : commits_(commits) {}
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest&, TimePoint) override {
    return Snapshot{.generation = 1};
  }
  Outcome Commit(const Transaction&, TimePoint) override {
    ++commits_;
    return Committed{};
  }
  Drained Drain(const std::vector<TableId>&, std::uint32_t) override { return {}; }

 private:
  int& commits_;
};

TEST(NatOutOfMemory, IsAnErrorThatChangesNothingWhereverItHappens) {
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    bool happened = true;
    std::size_t fails_at = 0;
    for (; happened; ++fails_at) {
      ASSERT_LT(fails_at, 10000U);
      int commits = 0;
      Nat nat(std::make_unique<CountingExecutor>(commits), {.jitter_seed = 1});
      const Masquerade masquerade = Mask("10.0.0.0/8");
      const auto [succeeded, code] = [&]() -> std::pair<bool, ErrorCode> {
        const FailingNew failing(fails_at, kind);
        const Result result = nat.AddMasquerade(masquerade);
        happened = failing.happened();
        return {result.has_value(), result ? ErrorCode::kEnvironment : result.error().code};
      }();
      EXPECT_EQ(succeeded, commits == 1) << fails_at;
      EXPECT_EQ(code, succeeded ? ErrorCode::kEnvironment : ErrorCode::kNoMemory) << fails_at;
      // With memory again, the context is as good as new.
      ASSERT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/16")).has_value()) << fails_at;
      EXPECT_EQ(nat.desired().prefixes().begin()->length(), succeeded ? 8 : 16) << fails_at;
    }
    EXPECT_GT(fails_at, 10U);
  }
}

}  // namespace
}  // namespace natplan
