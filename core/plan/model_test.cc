// Random edits against a kernel that others change as well. The oracle is two plain collections: what this
// context wants, and what foreign programs put there. A failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/plan/fake_kernel.h"
#include "core/plan/reconciler.h"
#include "core/text/nft_text.h"
#include "core/values/failing_new.h"

namespace natplan {
namespace {

Prefix P(const char* text) { return Prefix::Parse(text).value(); }
Masquerade Mask(const char* text) { return Masquerade::Make(P(text)).value(); }
Forward To(int port, const char* to) {
  return {Protocol::kUdp, Port::Make(port).value(), Endpoint::Parse(to).value()};
}

// Runs a call to its end.
Result RunCall(Reconciler& reconciler, FakeKernel& kernel, const std::vector<Edit>& edits, TimePoint& now) {
  reconciler.Start(edits, Mode::kApply, now, now + std::chrono::seconds(5));
  for (;;) {
    const Step step = reconciler.Poll(now);
    if (const auto* read = std::get_if<ReadStep>(&step)) {
      reconciler.OnSnapshot(kernel.Read(read->request));
    } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
      reconciler.OnOutcome(kernel.Commit(*commit->transaction));
    } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
      reconciler.OnDrained(kernel.Drain(drain->tables, drain->since));
    } else if (const auto* wait = std::get_if<WaitStep>(&step)) {
      now = wait->until;
    } else {
      return *std::get<FinishedStep>(step).result;
    }
  }
}

// What the kernel's set and map hold, as text; nodes that do not pair appear as such.
std::set<std::string> Held(const FakeKernel& kernel) {
  std::set<std::string> out;
  for (const TableSnapshot& table : kernel.state().tables) {
    const FamilyView view = ViewOf({}, table.id.family, &table);
    for (const auto& [first, end] : view.ranges)
      out.insert(first.ToString() + "-" + (end ? end->ToString() : "top"));
    for (const auto& [key, held] : view.forwards.entries)
      out.insert(ToString(key) + " to " + held.to.ToString());
    if (!view.broken.empty() || !view.forwards.others.empty()) out.insert("broken");
  }
  return out;
}
std::string Text(const Prefix& prefix) {
  return prefix.network().ToString() + "-" + (prefix.end() ? prefix.end()->ToString() : "top");
}

struct World {
  FakeKernel kernel;
  Reconciler reconciler{Reconciler::Options{}};
  TimePoint now{std::chrono::seconds(1)};
  std::set<std::pair<std::string, Prefix>> prefixes;              // owner, prefix
  std::map<HostPort, std::pair<std::string, Endpoint>> forwards;  // owner, target
  std::set<Prefix> foreign_prefixes;
  std::map<HostPort, Endpoint> foreign_forwards;
};

const char* const kPrefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9",
                                 "240.0.0.0/4", "fd00::/8",    "fd00::/16",   "fd00::/64",   "fe00::/8"};
const char* const kForeignPrefixes[] = {"10.0.0.128/25", "10.64.0.0/10", "192.168.0.0/16", "250.0.0.0/8",
                                        "fd00:8000::/17"};
const char* const kTargets[] = {"192.0.2.1:80", "192.0.2.1:81", "192.0.2.2:80", "[fd00::5]:80"};

Edit RandomEdit(std::mt19937& random) {
  const Owner owner = Owner::Make(random() % 2 == 0 ? "a" : "b").value();
  const auto kind = random() % 2 == 0 ? Edit::Kind::kAdd : Edit::Kind::kRemove;
  if (random() % 2 == 0) return {kind, owner, Mask(kPrefixes[random() % std::size(kPrefixes)])};
  return {kind, owner, To(80 + static_cast<int>(random() % 3), kTargets[random() % std::size(kTargets)])};
}

void Apply(const Edit& edit, World& world) {
  const bool add = edit.kind == Edit::Kind::kAdd;
  if (const auto* masquerade = std::get_if<Masquerade>(&edit.intent)) {
    if (add) {
      world.prefixes.insert({edit.owner.name(), masquerade->source()});
    } else {
      world.prefixes.erase({edit.owner.name(), masquerade->source()});
    }
    return;
  }
  const Forward& forward = std::get<Forward>(edit.intent);
  if (add) {
    world.forwards.insert_or_assign(forward.key(), std::pair(edit.owner.name(), forward.to));
  } else if (world.forwards.contains(forward.key()) &&
             world.forwards.at(forward.key()).first == edit.owner.name()) {
    world.forwards.erase(forward.key());
  }
}

void ForeignChange(std::mt19937& random, World& world) {
  const auto flushed = [&] {
    world.foreign_prefixes.clear();
    world.foreign_forwards.clear();
  };
  const Family family = random() % 2 == 0 ? Family::kIp : Family::kIp6;
  const TableId id{family, kDefaultTable};
  switch (random() % 8) {
    case 0:
      world.kernel.FlushRuleset();
      return flushed();
    case 1:
      if (world.kernel.Foreign({DeleteTable{id}})) {
        std::erase_if(world.foreign_prefixes,
                      [&](const Prefix& prefix) { return prefix.family() == family; });
        std::erase_if(world.foreign_forwards,
                      [&](const auto& forward) { return forward.first.family == family; });
      }
      return;
    case 2:
      world.kernel.Foreign({FlushChain{id, "prerouting"}});
      return;
    case 3:
      world.kernel.Foreign({DeleteChain{id, "postrouting"}});
      return;
    case 4: {  // one of ours goes, if it is there
      const Prefix prefix = P(kPrefixes[random() % std::size(kPrefixes)]);
      const TableId table{prefix.family(), kDefaultTable};
      // Nodes are deleted one by one: without this look it could take the start of one range and the end of
      // another.
      if (!ViewOf({}, prefix.family(), world.kernel.Find(prefix.family())).Holds(prefix)) return;
      world.kernel.Foreign({DeleteElements{table, kMasqueradeSet, {}, {ToElement(prefix)}}});
      return;
    }
    case 5: {
      const Prefix prefix = P(kForeignPrefixes[random() % std::size(kForeignPrefixes)]);
      const TableId table{prefix.family(), kDefaultTable};
      if (world.foreign_prefixes.contains(prefix)) {
        ASSERT_TRUE(world.kernel.Foreign({DeleteElements{table, kMasqueradeSet, {}, {ToElement(prefix)}}}));
        world.foreign_prefixes.erase(prefix);
      } else if (world.kernel.Foreign({AddElements{table, kMasqueradeSet, {}, true, {ToElement(prefix)}}})) {
        world.foreign_prefixes.insert(prefix);
      }
      return;
    }
    case 6: {
      const Forward forward =
          To(80 + static_cast<int>(random() % 3), random() % 2 == 0 ? "9.9.9.9:9" : "[fd99::9]:9");
      const TableId table{forward.family(), kDefaultTable};
      const Element element = ToElement(MapEntry{forward.key(), forward.to});
      if (world.foreign_forwards.contains(forward.key())) {
        ASSERT_TRUE(world.kernel.Foreign({DeleteElements{table, kForwardMap, {}, {element}}}));
        world.foreign_forwards.erase(forward.key());
      } else if (world.kernel.Foreign({AddElements{table, kForwardMap, {}, true, {element}}})) {
        world.foreign_forwards.emplace(forward.key(), forward.to);
      }
      return;
    }
    default:
      if (TableSnapshot* table = world.kernel.Find(family)) {
        world.kernel.Edit();
        table->dormant = true;
      }
  }
}

// What must be there after a call that succeeded: everything wanted that nothing foreign stands in the way
// of.
std::set<std::string> Expected(const World& world) {
  std::set<std::string> out;
  for (const auto& [owner, prefix] : world.prefixes) {
    bool hidden = false;
    for (const auto& [other, wider] : world.prefixes)
      hidden = hidden || (wider != prefix && wider.Contains(prefix));
    for (const Prefix& foreign : world.foreign_prefixes) hidden = hidden || foreign.Overlaps(prefix);
    if (!hidden) out.insert(Text(prefix));
  }
  for (const auto& [key, held] : world.forwards) {
    if (!world.foreign_forwards.contains(key)) out.insert(ToString(key) + " to " + held.second.ToString());
  }
  for (const Prefix& prefix : world.foreign_prefixes) out.insert(Text(prefix));
  for (const auto& [key, to] : world.foreign_forwards) out.insert(ToString(key) + " to " + to.ToString());
  return out;
}

// The skeleton of each family that something is wanted of.
bool SkeletonIsThere(World& world) {
  for (const Family family : kFamilies) {
    if (!world.reconciler.desired().Wants(family)) continue;
    const TableSnapshot* table = world.kernel.Find(family);
    if (table == nullptr || !PlanSkeleton(table->id, table, Scope::kOwn).operations.empty()) return false;
  }
  return true;
}

std::size_t Size(const DesiredState& state) { return state.forwards().size() + state.masquerades().size(); }

TEST(ModelTest, AfterEachCallThatSucceedsTheKernelHoldsTheUnionOfWhatIsWantedAndForeign) {
  int succeeded = 0;
  int failed = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    World world;
    const bool quiet = random() % 3 == 0;  // some worlds have no foreign changes
    for (int step = 0; step < 40; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
      if (!quiet && random() % 3 == 0) {
        ForeignChange(random, world);
        if (HasFatalFailure()) return;
      }
      std::vector<Edit> edits;
      for (std::uint32_t i = 0; i <= random() % 2; ++i) edits.push_back(RandomEdit(random));
      const std::set<std::string> before = Held(world.kernel);
      const std::uint32_t generation = world.kernel.state().generation;
      const Result result = RunCall(world.reconciler, world.kernel, edits, world.now);
      if (!result) {
        ++failed;
        ASSERT_EQ(result.error().code, ErrorCode::kConflict) << ToString(result.error());
        ASSERT_EQ(Held(world.kernel), before);
        ASSERT_EQ(world.kernel.state().generation, generation);
      } else {
        ++succeeded;
        for (const Edit& edit : edits) Apply(edit, world);
        ASSERT_EQ(Held(world.kernel), Expected(world));
        ASSERT_TRUE(SkeletonIsThere(world));
        ASSERT_EQ(result->generation, world.kernel.state().generation);
      }
      ASSERT_EQ(Size(world.reconciler.desired()), world.prefixes.size() + world.forwards.size());
    }
  }
  EXPECT_GT(succeeded, 5000);
  EXPECT_GT(failed, 100);
}

TEST(ModelTest, InExclusiveScopeNothingButWhatIsWantedRemains) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    World world;
    world.reconciler = Reconciler(Reconciler::Options{.scope = Scope::kExclusive});
    for (int step = 0; step < 30; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
      if (random() % 3 == 0) ForeignChange(random, world);
      if (HasFatalFailure()) return;
      const Edit edit = RandomEdit(random);
      const Result result = RunCall(world.reconciler, world.kernel, {edit}, world.now);
      if (!result) {  // a port of the other owner
        ASSERT_EQ(result.error().code, ErrorCode::kConflict) << ToString(result.error());
        continue;
      }
      Apply(edit, world);
      world.foreign_prefixes.clear();
      world.foreign_forwards.clear();
      ASSERT_EQ(Held(world.kernel), Expected(world));
      ASSERT_TRUE(SkeletonIsThere(world));
    }
  }
}

// One whole call in which the N-th allocation fails, for every N: the next call succeeds all the same.
void WalkAllocations(bool flushed, FailingNew::Kind kind, const std::vector<Edit>& edits) {
  for (std::size_t fails_at = 0;; ++fails_at) {
    SCOPED_TRACE("allocation " + std::to_string(fails_at));
    World world;
    const Owner owner = Owner::Make("an owner with a long name").value();
    std::vector<Edit> first;
    for (const char* text : {"10.1.0.0/16", "10.2.0.0/16", "fd01::/16"})
      first.push_back({Edit::Kind::kAdd, owner, Mask(text)});
    for (const int port : {80, 81, 82}) first.push_back({Edit::Kind::kAdd, owner, To(port, "192.0.2.1:80")});
    ASSERT_TRUE(RunCall(world.reconciler, world.kernel, first, world.now));
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
            const std::expected<Snapshot, ReadFailure> snapshot = world.kernel.Read(read->request);
            guarded([&] { world.reconciler.OnSnapshot(snapshot); });
          } else if (const auto* commit = std::get_if<CommitStep>(&*step)) {
            const Outcome outcome = world.kernel.Commit(*commit->transaction);
            guarded([&] { world.reconciler.OnOutcome(outcome); });
          } else if (const auto* drain = std::get_if<DrainStep>(&*step)) {
            const Drained drained = world.kernel.Drain(drain->tables, drain->since);
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
    ASSERT_TRUE(RunCall(world.reconciler, world.kernel, {next}, world.now));
    Apply(next, world);
    ASSERT_EQ(Held(world.kernel), Expected(world));
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
