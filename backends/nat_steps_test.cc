// Large changes: refused where the host has too little memory, or carried out in steps, each of which leaves
// a state between the old and the new.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "backends/wrappers/fault_executor.h"
#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"
#include "core/plan/planner.h"
#include "kernel_sim/kernel.h"

namespace natplan {
namespace {

Masquerade Mask(const std::string& prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }
Forward To(int port, const std::string& target) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(target).value()};
}
std::vector<Intent> Forwards(int first, int last, const std::string& target) {
  std::vector<Intent> out;
  for (int port = first; port <= last; ++port) out.push_back(To(port, target));
  return out;
}

// What the table does with packets, and who is recorded.
struct State {
  std::set<int> covered = {};  // of the addresses 10.0.0.0 to 10.0.0.255, the last byte
  std::map<HostPort, Endpoint> targets = {};
  std::set<Prefix> recorded = {};
};

class NatStepsTest : public testing::Test {
 protected:
  Nat Open(NatOptions options, Faults faults = {}) {
    return Nat({.nftables = std::make_unique<FaultExecutor>(*executor_, std::move(faults)),
                .available_memory = [this] { return available_; }},
               std::move(options));
  }
  State Now() {
    const Layout layout;
    const Snapshot snapshot =
        MakeSimExecutor(kernel_)
            ->Read(RequestFor(layout), std::chrono::steady_clock::now() + std::chrono::seconds(5))
            .value();
    const FamilyView view = ViewOf(layout, snapshot)[Family::kIp];
    State state;
    for (int i = 0; i < 256; ++i) {
      const AddressRange one = ToRange(Prefix::Parse("10.0.0." + std::to_string(i) + "/32").value());
      for (const AddressRange& range : view.ranges) {
        if (range.Overlaps(one)) state.covered.insert(i);
      }
    }
    for (const auto& [key, held] : view.forwards.entries) state.targets.emplace(key, held.to);
    for (const LedgerEntry& entry : view.entries) state.recorded.insert(entry.prefix);
    return state;
  }

  std::optional<std::uint64_t> available_;
  kernel_sim::Kernel kernel_;
  std::unique_ptr<Executor> executor_ = MakeSimExecutor(kernel_);
};

TEST_F(NatStepsTest, WhatTheHostHasTooLittleMemoryForIsRefusedAndNothingChanges) {
  Nat nat = Open({});
  ASSERT_TRUE(nat.Apply(Forwards(1, 10, "10.0.0.1:80")));
  available_ = std::uint64_t{16} << 20U;
  const Result refused = nat.Apply(Forwards(1, 2000, "10.0.0.2:80"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Now().targets.size(), 10U);
  EXPECT_TRUE(nat.Apply(Forwards(1, 900, "10.0.0.2:80"))) << "few elements are always sent";
  available_ = std::uint64_t{1} << 30U;
  EXPECT_TRUE(nat.Apply(Forwards(1, 2000, "10.0.0.2:80")));
}

TEST_F(NatStepsTest, WhoAsksForNoCheckIsNotRefused) {
  available_ = 0;
  EXPECT_TRUE(Open({.memory_check = false}).Apply(Forwards(1, 2000, "10.0.0.2:80")));
}

TEST_F(NatStepsTest, StepsAreCountedAndReportedAndSmallEnoughForTheHost) {
  available_ = std::uint64_t{16} << 20U;
  std::vector<std::pair<std::size_t, std::size_t>> steps;
  Nat nat = Open({.steps = 500, .progress = [&](std::size_t done, std::size_t of) {
                    steps.emplace_back(done, of);
                    throw 42;
                  }});
  const Result result = nat.Apply(Forwards(1, 2000, "10.0.0.2:80"));
  ASSERT_TRUE(result) << ToString(result.error());
  EXPECT_EQ(steps, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 4}, {2, 4}, {3, 4}, {4, 4}}));
  EXPECT_EQ(kernel_.transactions(), 4U);
  EXPECT_EQ(result->generation, kernel_.generation());
  EXPECT_TRUE(result->changed);
  EXPECT_EQ(Now().targets.size(), 2000U);
  ASSERT_TRUE(nat.AddForward(To(3000, "10.0.0.2:80")));
  EXPECT_EQ(Now().targets.size(), 2001U);
}

TEST_F(NatStepsTest, OnePollDoesOneStepAndACancelledCallSaysHowFarItCame) {
  Nat nat = Open({.steps = 10});
  ASSERT_TRUE(nat.BeginApply(Forwards(1, 40, "10.0.0.2:80")));
  ASSERT_EQ(nat.Poll(), nullptr);
  EXPECT_LE(nat.wake_time(), std::chrono::steady_clock::now());
  EXPECT_EQ(kernel_.transactions(), 1U);
  ASSERT_EQ(nat.Poll(), nullptr);
  EXPECT_EQ(Now().targets.size(), 20U);
  nat.Cancel();
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_NE(result->error().text.find("2 of 4 steps"), std::string::npos) << result->error().text;
  const Result again = nat.Apply(Forwards(1, 40, "10.0.0.2:80"));
  ASSERT_TRUE(again);
  EXPECT_EQ(kernel_.transactions(), 4U) << "the same call again does what is left";
  EXPECT_EQ(Now().targets.size(), 40U);
}

TEST_F(NatStepsTest, AStepThatIsRefusedBehindOthersLeadsToAReadingAndTheRest) {
  for (const int error : {ERESTART, ENOENT, EEXIST}) {
    kernel_sim::Kernel& kernel = kernel_;
    Nat nat = Open({.steps = 10}, {.commits = {{Refuse{error}, 3}}});
    const std::string target = "10.0.0.3:" + std::to_string(error);
    const Result result = nat.Apply(Forwards(1, 40, target));
    ASSERT_TRUE(result) << ToString(result.error());
    EXPECT_TRUE(result->changed);
    EXPECT_EQ(result->generation, kernel.generation());
    const State state = Now();
    ASSERT_EQ(state.targets.size(), 40U);
    for (const auto& [key, to] : state.targets) EXPECT_EQ(to.ToString(), target);
  }
}

TEST_F(NatStepsTest, AFailureInTheMiddleSaysHowFarItCame) {
  Nat nat = Open({.steps = 10}, {.commits = {{Refuse{EINVAL}, 3, true}}});
  const Result result = nat.Apply(Forwards(1, 40, "10.0.0.2:80"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);
  const std::string& text = result.error().text;
  EXPECT_TRUE(text.starts_with("a part was carried out (2 of 4 steps)")) << text;
  EXPECT_NE(text.find("what stopped the rest: the kernel refused: Invalid argument"), std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("once that is out of the way, the same call does the rest")) << text;
  EXPECT_EQ(text.find("nothing was"), std::string::npos) << text;
  EXPECT_EQ(Now().targets.size(), 20U);
}

TEST_F(NatStepsTest, TheDeadlineCountsForAllSteps) {
  Nat nat = Open({.deadline = std::chrono::milliseconds(50), .steps = 1});
  const Result result = nat.Apply(Forwards(1, 60000, "10.0.0.2:80"));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text.find("the time was over"), std::string::npos) << result.error().text;
  EXPECT_NE(Now().targets.size(), 60000U);
}

// Random wishes of two owners, one after the other.
TEST_F(NatStepsTest, AfterEachStepPacketsAreTreatedAsBeforeOrAsAfterAndWhatIsRecordedIsCovered) {
  std::mt19937 random(20261130);
  const auto wish = [&] {
    std::vector<Intent> intents;
    for (int i = 0; i < 25; ++i) {
      const unsigned length = 25 + random() % 8;
      intents.emplace_back(Mask("10.0.0." + std::to_string(random() % 256) + "/" + std::to_string(length)));
      intents.emplace_back(
          To(1 + static_cast<int>(random() % 40), "10.0.1." + std::to_string(random() % 3) + ":80"));
    }
    // One port has one target.
    std::set<HostPort> ports;
    std::erase_if(intents, [&](const Intent& intent) {
      const auto* forward = std::get_if<Forward>(&intent);
      return forward != nullptr && !ports.insert(forward->key()).second;
    });
    return intents;
  };
  Nat other = Open({.owner = Owner::Make("other").value()});
  std::vector<Intent> others;
  for (const char* prefix : {"10.0.0.16/28", "10.0.0.128/26", "10.0.0.200/32"})
    others.emplace_back(Mask(prefix));
  ASSERT_TRUE(other.Apply(others));
  std::size_t steps_seen = 0;
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    const std::vector<Intent> wanted = wish();
    const State before = Now();
    // What it comes to, on a kernel of its own that holds the same.
    std::vector<State> between;
    Nat nat = Open(
        {.steps = 1 + random() % 8, .progress = [&](std::size_t, std::size_t) { between.push_back(Now()); }});
    const Result result = nat.Apply(wanted);
    ASSERT_TRUE(result) << ToString(result.error());
    const State after = Now();
    steps_seen += between.size();
    for (const State& state : between) {
      for (int i = 0; i < 256; ++i) {
        EXPECT_TRUE(state.covered.contains(i) == before.covered.contains(i) ||
                    state.covered.contains(i) == after.covered.contains(i))
            << "10.0.0." << i;
      }
      for (const auto* keys : {&before.targets, &after.targets}) {
        for (const auto& [key, ignored] : *keys) {
          const auto find = [&](const State& in) {
            const auto found = in.targets.find(key);
            return found == in.targets.end() ? std::optional<Endpoint>() : found->second;
          };
          EXPECT_TRUE(find(state) == find(before) || find(state) == find(after)) << ToString(key);
        }
      }
      for (const Prefix& prefix : state.recorded) {
        EXPECT_TRUE(before.recorded.contains(prefix) || after.recorded.contains(prefix));
        EXPECT_TRUE(state.covered.contains(prefix.network().bytes()[3])) << prefix.ToString();
      }
    }
  }
  EXPECT_GT(steps_seen, 200U);
}

}  // namespace
}  // namespace natplan
