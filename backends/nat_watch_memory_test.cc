// The watch, with each allocation of a poll failing once: no exception, and a later poll makes good what was
// missed.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/nat_watch.h"
#include "backends/netlink/socket.h"
#include "backends/sim/sim_executor.h"
#include "backends/sim/spared_socket.h"
#include "core/plan/layout.h"
#include "core/values/failing_new.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

class World {
 public:
  World()
      : watch_(std::make_unique<SparedSocket>(std::make_unique<SimSocket>(kernel_)), SparedListener(kernel_),
               {.jitter_seed = 1}, {Masquerade::Make(Prefix::Parse("10.0.0.0/8").value()).value()},
               WatchPolicy::kRestore) {}

  NatWatch& watch() { return watch_; }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }
  void Foreign(std::vector<Operation> operations) {
    (void)MakeSimExecutor(kernel_)->Commit({.operations = std::move(operations)},
                                           std::chrono::steady_clock::now() + std::chrono::seconds(5));
  }
  // Polls until there is nothing to do without something new.
  void Settle() {
    for (;;) {
      const NatWatch::Heard heard = watch_.Poll();
      ASSERT_FALSE(heard.stopped) << ToString(*heard.stopped);
      if (!watch_.wake_time()) return;
      std::this_thread::sleep_until(*watch_.wake_time());
    }
  }

 private:
  kernel_sim::Kernel kernel_;
  NatWatch watch_;
};

class NatWatchMemoryKindTest : public testing::TestWithParam<FailingNew::Kind> {};

TEST_P(NatWatchMemoryKindTest, WhateverFailsTheWishIsCarriedOutInTheEnd) {
  World sane;
  sane.Settle();
  const std::string whole = sane.Listing();
  bool happened = true;
  std::size_t fails_at = 0;
  for (; happened && !HasFailure(); ++fails_at) {
    SCOPED_TRACE(fails_at);
    World world;
    {
      const FailingNew failing(fails_at, GetParam());
      (void)world.watch().descriptor();
      const NatWatch::Heard heard = world.watch().Poll();
      happened = failing.happened();
    }
    world.Settle();
    EXPECT_EQ(world.Listing(), whole);
  }
  EXPECT_GT(fails_at, 100U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, NatWatchMemoryKindTest,
                         testing::Values(FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards));

TEST(NatWatchMemoryTest, AChangeThatWasNotTakenIsMadeGood) {
  World sane;
  sane.Settle();
  const std::string whole = sane.Listing();
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    World world;
    world.Settle();
    bool happened = true;
    for (std::size_t fails_at = 0; happened && !HasFailure(); ++fails_at) {
      SCOPED_TRACE(fails_at);
      world.Foreign({AddElements{{Family::kIp, kDefaultTable},
                                 kMasqueradeSet,
                                 MasqueradeShape(Family::kIp),
                                 false,
                                 {ToElement(Prefix::Parse("192.0.2.0/24").value())}}});
      {
        const FailingNew failing(fails_at, kind);
        const NatWatch::Heard heard = world.watch().Poll();
        happened = failing.happened();
      }
      world.Foreign({DeleteElements{{Family::kIp, kDefaultTable},
                                    kMasqueradeSet,
                                    MasqueradeShape(Family::kIp),
                                    {ToElement(Prefix::Parse("192.0.2.0/24").value())}}});
      world.Settle();
      EXPECT_EQ(world.Listing(), whole);
    }
  }
}

TEST(NatWatchMemoryTest, AWatchThatWasMovedFromSaysThatItHasStopped) {
  World world;
  NatWatch watch = std::move(world.watch());
  const NatWatch::Heard heard = world.watch().Poll();  // NOLINT(bugprone-use-after-move)
  ASSERT_TRUE(heard.stopped);
  EXPECT_EQ(heard.stopped->code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(world.watch().descriptor());
  (void)world.watch().wake_time();
  EXPECT_FALSE(watch.Poll().stopped);
}

TEST(NatWatchMemoryTest, DeadlinesOfAnySizeWork) {
  using std::chrono::milliseconds;
  for (const auto deadline : {milliseconds::max(), milliseconds::min(), milliseconds(0)}) {
    kernel_sim::Kernel kernel;
    NatWatch watch(std::make_unique<SimSocket>(kernel), SparedListener(kernel), {.deadline = deadline},
                   {Masquerade::Make(Prefix::Parse("10.0.0.0/8").value()).value()}, WatchPolicy::kRestore);
    (void)watch.Poll();
    if (watch.wake_time()) std::this_thread::sleep_until(*watch.wake_time());
    EXPECT_FALSE(watch.Poll().stopped);
    EXPECT_EQ(kernel_sim::ListRuleset(kernel)->empty(), deadline.count() <= 0);
  }
}

}  // namespace
}  // namespace natplan
