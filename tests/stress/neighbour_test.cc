// Another program that commits all the time, to a table of its own, costs retries and no reading, and
// tears none.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "backends/nat.h"
#include "core/plan/executor.h"
#include "core/plan/layout.h"
#include "core/plan/planner.h"
#include "tests/stress/child.h"
#include "tests/stress/counting_executor.h"
#include "tests/stress/neighbours.h"
#include "tests/stress/shared_memory.h"
#include "tests/stress/worker.h"
#include "tests/support/namespace.h"

namespace natplan::stress {
namespace {

constexpr int kCalls = 1000;

TEST(NeighbourTest, CommitsOfOthersElsewhereCostNoReading) {
  testing::RunInNamespaceOrSkip([] {
    Counts counts;
    Nat nat(std::make_unique<CountingExecutor>(MakeLiveExecutor(/*listens=*/true), counts), {});
    const auto masquerade = Masquerade::Make(Prefix::Parse("10.0.0.0/8").value()).value();
    int retries = 0;
    const auto change = [&](int call) {
      const Result result = call % 2 == 0 ? nat.AddMasquerade(masquerade) : nat.RemoveMasquerade(masquerade);
      ASSERT_TRUE(result.has_value()) << ToString(result.error());
      retries += result->retries;
    };
    const SharedMemory<std::atomic<std::uint64_t>> commits;
    const pid_t neighbour =
        StartChild([&]() -> bool { CommitForEver(*commits, std::chrono::microseconds(20)); });
    // It listens from the first refusal on; whatever was committed before that has to be read.
    int call = 0;
    for (std::uint32_t reads = counts.reads; counts.drains == 0 || counts.reads != reads; ++call) {
      ASSERT_LT(call, 10000) << "the neighbour never came between";
      reads = counts.reads;
      change(call);
    }
    const Counts before = counts;
    retries = 0;
    for (int i = 0; i < kCalls; ++i) change(call + i);
    Kill(neighbour);
    EXPECT_GT(retries, 0);
    EXPECT_EQ(counts.reads, before.reads);
    EXPECT_GE(counts.drains - before.drains, static_cast<std::uint32_t>(retries));
    std::printf("%d calls beside %llu commits: %d retries, no reading\n", kCalls,
                static_cast<unsigned long long>(commits->load()), retries);
  });
}

TEST(NeighbourTest, CommitsOfOthersElsewhereTearNoReading) {
  testing::RunInNamespaceOrSkip([] {
    const std::unique_ptr<Executor> executor = MakeLiveExecutor(/*listens=*/true);
    const auto in_five_seconds = [] { return std::chrono::steady_clock::now() + std::chrono::seconds(5); };
    const SharedMemory<std::atomic<std::uint64_t>> commits;
    const pid_t neighbour =
        StartChild([&]() -> bool { CommitForEver(*commits, std::chrono::microseconds(20)); });
    const ReadRequest request = RequestFor(Layout{});
    const auto torn = [&] {
      const auto snapshot = executor->Read(request, in_five_seconds());
      EXPECT_TRUE(snapshot || snapshot.error().torn);
      return !snapshot;
    };
    // It listens from the first one that is torn.
    for (int i = 0; !torn(); ++i) ASSERT_LT(i, 10000) << "the neighbour never came between";
    int moved = 0;
    int count = 0;
    for (int i = 0; i < kCalls; ++i) {
      const std::uint64_t before = *commits;
      count += torn() ? 1 : 0;
      moved += before != *commits ? 1 : 0;
    }
    Kill(neighbour);
    EXPECT_GT(moved, 0);
    // One that the kernel counts already and has not announced yet.
    EXPECT_LT(count, moved / 4);
    std::printf("%d readings, %d of them with commits meanwhile: %d torn\n", kCalls, moved, count);
  });
}

}  // namespace
}  // namespace natplan::stress
