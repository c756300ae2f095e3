// One context among programs that know nothing of it, on the simulated kernel; and what memory that runs out
// leaves of it.
#include <gtest/gtest.h>

#include <new>
#include <optional>
#include <vector>

#include "core/plan/test_intents.h"
#include "core/values/failing_new.h"
#include "tests/model/sequences.h"
#include "tests/model/union_model.h"

namespace natplan {
namespace {

TEST(ModelTest, AfterEachCallThatSucceedsTheKernelHoldsTheUnionOfWhatIsWantedAndForeign) {
  UnionRun all;
  const std::uint32_t sequences = RunSequences(100, "//tests/model:model_test", [&](std::uint32_t seed) {
    const UnionRun run = RunUnionSequence(seed, Simulated());
    all.succeeded += run.succeeded;
    all.failed += run.failed;
  });
  if (sequences == 0) return;
  EXPECT_GT(all.succeeded, 12 * sequences);
  EXPECT_GT(all.failed, sequences / 4);
}

TEST(ModelTest, InExclusiveScopeNothingButWhatIsWantedRemains) {
  RunSequences(40, "//tests/model:model_test",
               [](std::uint32_t seed) { RunExclusiveSequence(seed, Simulated()); });
}

// One whole call in which the N-th allocation fails, for every N: the next call succeeds all the same.
void WalkAllocations(bool flushed, FailingNew::Kind kind, const std::vector<Edit>& edits) {
  for (std::size_t fails_at = 0;; ++fails_at) {
    SCOPED_TRACE("allocation " + std::to_string(fails_at));
    UnionWorld world;
    const Owner owner = Owner::Make("an owner with a long name").value();
    std::vector<Edit> first;
    for (const char* text : {"10.1.0.0/16", "10.2.0.0/16", "fd01::/16"})
      first.push_back({Edit::Kind::kAdd, owner, Mask(text)});
    for (const int port : {80, 81, 82}) first.push_back({Edit::Kind::kAdd, owner, To(port, "192.0.2.1:80")});
    ASSERT_TRUE(RunCall(world, first));
    for (const Edit& edit : first) Apply(edit, world);
    const std::size_t before = Size(world.reconciler.desired());
    if (flushed) world.kernel.FlushRuleset();

    bool failed = false;
    bool succeeded = false;
    {
      // The kernel has memory of its own: only the reconciler runs out of it.
      world.now += std::chrono::seconds(1);
      std::size_t left = fails_at;
      const auto guarded = [&](const auto& call) {
        FailingNew failing(left, kind);
        call();
        if (failing.happened()) failed = true;
        left = failed && kind == FailingNew::Kind::kOnce ? SIZE_MAX : left - failing.counted();
      };
      try {
        guarded([&] {
          world.reconciler.Start(edits, Mode::kApply, world.now, world.now + std::chrono::seconds(5));
        });
        for (bool done = false; !done;) {
          std::optional<Step> step;
          guarded([&] { step = world.reconciler.Poll(world.now); });
          if (const auto* read = std::get_if<ReadStep>(&*step)) {
            const auto snapshot = world.executor->Read(read->request, TimePoint::max());
            guarded([&] { world.reconciler.OnSnapshot(snapshot); });
          } else if (const auto* commit = std::get_if<CommitStep>(&*step)) {
            const Outcome outcome = world.executor->Commit(*commit->transaction, TimePoint::max());
            guarded([&] { world.reconciler.OnOutcome(outcome); });
          } else if (const auto* drain = std::get_if<DrainStep>(&*step)) {
            const Drained drained = world.executor->Drain(drain->tables, drain->since);
            guarded([&] { world.reconciler.OnDrained(drained); });
          } else if (const auto* wait = std::get_if<WaitStep>(&*step)) {
            world.now = wait->until;
          } else {
            done = true;
            succeeded = std::get<FinishedStep>(*step).result->has_value();
          }
        }
      } catch (const std::bad_alloc&) {
        failed = true;
        world.reconciler.Abandon();
        const Step step = world.reconciler.Poll(world.now);
        ASSERT_TRUE(std::holds_alternative<FinishedStep>(step));
        ASSERT_FALSE(std::get<FinishedStep>(step).result->has_value());
      }
    }
    ASSERT_TRUE(succeeded || failed);
    if (succeeded) {
      for (const Edit& edit : edits) Apply(edit, world);
    } else {
      ASSERT_EQ(Size(world.reconciler.desired()), before);
    }
    const Edit next{Edit::Kind::kAdd, owner, Mask("10.77.0.0/16")};
    ASSERT_TRUE(RunCall(world, {next}));
    Apply(next, world);
    ASSERT_EQ(WhatIsThere(world), Expected(world));
    if (!failed) break;
  }
}

const std::vector<Edit>& Edits() {
  static const Owner owner = Owner::Make("an owner with a long name").value();
  static const std::vector<Edit> edits = {{Edit::Kind::kAdd, owner, Mask("10.0.0.0/8")},
                                          {Edit::Kind::kRemove, owner, To(81, "192.0.2.1:80")},
                                          {Edit::Kind::kAdd, owner, To(80, "192.0.2.2:80")},
                                          {Edit::Kind::kRemove, owner, Mask("fd01::/16")}};
  return edits;
}

TEST(ModelTest, AWarmCallThatRunsOutOfMemoryLeavesASoundContext) {
  WalkAllocations(false, FailingNew::Kind::kOnce, Edits());
}

TEST(ModelTest, ACallAfterAFlushThatRunsOutOfMemoryLeavesASoundContext) {
  WalkAllocations(true, FailingNew::Kind::kOnce, Edits());
}

TEST(ModelTest, WhereMemoryStaysShortTheContextIsSoundOnceThereIsSomeAgain) {
  WalkAllocations(true, FailingNew::Kind::kOnwards, Edits());
}

}  // namespace
}  // namespace natplan
