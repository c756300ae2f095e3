#include "tests/model/union_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <variant>

#include "core/plan/kernel_view.h"
#include "core/plan/skeleton_plan.h"
#include "core/plan/test_intents.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

constexpr TimePoint kNoDeadline = TimePoint::max();

const char* const kPrefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9",
                                 "240.0.0.0/4", "fd00::/8",    "fd00::/16",   "fd00::/64",   "fe00::/8"};
const char* const kForeignPrefixes[] = {"10.0.0.128/25", "10.64.0.0/10", "192.168.0.0/16", "250.0.0.0/8",
                                        "fd00:8000::/17"};
const char* const kTargets[] = {"192.0.2.1:80", "192.0.2.1:81", "192.0.2.2:80", "[fd00::5]:80"};

std::string Text(const AddressRange& range) {
  return range.first.ToString() + "-" + (range.end ? range.end->ToString() : "top");
}

Forward Udp(int port, const char* to) {
  Forward forward = To(port, to);
  forward.protocol = Protocol::kUdp;
  return forward;
}

Edit RandomEdit(std::mt19937& random) {
  const Owner owner = Owner::Make(random() % 2 == 0 ? "a" : "b").value();
  const auto kind = random() % 2 == 0 ? Edit::Kind::kAdd : Edit::Kind::kRemove;
  if (random() % 2 == 0) return {kind, owner, Mask(kPrefixes[random() % std::size(kPrefixes)])};
  return {kind, owner, Udp(80 + static_cast<int>(random() % 3), kTargets[random() % std::size(kTargets)])};
}

void ForeignChange(std::mt19937& random, UnionWorld& world) {
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
      const Prefix prefix = Prefix::Parse(kPrefixes[random() % std::size(kPrefixes)]).value();
      const TableId table{prefix.family(), kDefaultTable};
      // Nodes are deleted one by one: without this look it could take the start of one range and the end of
      // another.
      if (!ViewOf({}, prefix.family(), world.kernel.Find(prefix.family())).Holds(prefix)) return;
      world.kernel.Foreign({DeleteElements{table, kMasqueradeSet, {}, {ToElement(prefix)}}});
      return;
    }
    case 5: {
      const Prefix prefix = Prefix::Parse(kForeignPrefixes[random() % std::size(kForeignPrefixes)]).value();
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
          Udp(80 + static_cast<int>(random() % 3), random() % 2 == 0 ? "9.9.9.9:9" : "[fd99::9]:9");
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
      if (world.kernel.Find(family) != nullptr) world.kernel.MakeDormant(id);
  }
}

// The skeleton of each family that something is wanted of.
bool SkeletonIsThere(UnionWorld& world) {
  for (const Family family : kFamilies) {
    if (!world.reconciler.desired().Wants(family)) continue;
    const TableSnapshot* table = world.kernel.Find(family);
    if (table == nullptr || !PlanSkeleton(table->id, table, Scope::kOwn).operations.empty()) return false;
  }
  return true;
}

}  // namespace

Result RunCall(UnionWorld& world, const std::vector<Edit>& edits) {
  world.reconciler.Start(edits, Mode::kApply, world.now, world.now + std::chrono::seconds(5));
  for (;;) {
    const Step step = world.reconciler.Poll(world.now);
    if (const auto* read = std::get_if<ReadStep>(&step)) {
      world.reconciler.OnSnapshot(world.executor->Read(read->request, kNoDeadline));
    } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
      world.reconciler.OnOutcome(world.executor->Commit(*commit->transaction, kNoDeadline));
    } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
      world.reconciler.OnDrained(world.executor->Drain(drain->tables, drain->since));
    } else if (const auto* wait = std::get_if<WaitStep>(&step)) {
      world.now = wait->until;
    } else {
      return *std::get<FinishedStep>(step).result;
    }
  }
}

void Apply(const Edit& edit, UnionWorld& world) {
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

std::set<std::string> WhatIsThere(UnionWorld& world) {
  std::set<std::string> out;
  for (const TableSnapshot& table : world.kernel.state().tables) {
    const FamilyView view = ViewOf({}, table.id.family, &table);
    for (const AddressRange& range : view.ranges) out.insert(Text(range));
    for (const auto& [key, held] : view.forwards.entries)
      out.insert(ToString(key) + " to " + held.to.ToString());
    if (!view.broken.empty() || !view.forwards.others.empty()) out.insert("broken");
  }
  return out;
}

std::set<std::string> Expected(const UnionWorld& world) {
  std::set<std::string> out;
  for (const auto& [owner, prefix] : world.prefixes) {
    bool hidden = false;
    for (const auto& [other, wider] : world.prefixes)
      hidden = hidden || (wider != prefix && wider.Contains(prefix));
    for (const Prefix& foreign : world.foreign_prefixes) hidden = hidden || foreign.Overlaps(prefix);
    if (!hidden) out.insert(Text(ToRange(prefix)));
  }
  for (const auto& [key, held] : world.forwards) {
    if (!world.foreign_forwards.contains(key)) out.insert(ToString(key) + " to " + held.second.ToString());
  }
  for (const Prefix& prefix : world.foreign_prefixes) out.insert(Text(ToRange(prefix)));
  for (const auto& [key, to] : world.foreign_forwards) out.insert(ToString(key) + " to " + to.ToString());
  return out;
}

std::size_t Size(const DesiredState& state) { return state.forwards().size() + state.masquerades().size(); }

UnionRun RunUnionSequence(std::uint32_t seed, const KernelMaker& kernel) {
  std::mt19937 random(seed);
  UnionWorld world(kernel);
  UnionRun run;
  const auto compare = [&](const std::vector<Edit>& edits) {
    const std::set<std::string> before = WhatIsThere(world);
    const std::uint32_t generation = world.kernel.state().generation;
    const Result result = RunCall(world, edits);
    if (!result) {
      ++run.failed;
      ASSERT_EQ(result.error().code, ErrorCode::kConflict) << ToString(result.error());
      ASSERT_EQ(WhatIsThere(world), before);
      ASSERT_EQ(world.kernel.state().generation, generation);
    } else {
      ++run.succeeded;
      for (const Edit& edit : edits) Apply(edit, world);
      ASSERT_EQ(WhatIsThere(world), Expected(world));
      ASSERT_TRUE(SkeletonIsThere(world));
      ASSERT_EQ(result->generation, world.kernel.state().generation);
    }
    ASSERT_EQ(Size(world.reconciler.desired()), world.prefixes.size() + world.forwards.size());
  };
  const bool quiet = random() % 3 == 0;  // some worlds have no foreign changes
  for (int step = 0; step < 40 && !::testing::Test::HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    if (!quiet && random() % 3 == 0) ForeignChange(random, world);
    std::vector<Edit> edits;
    for (std::uint32_t i = 0; i <= random() % 2; ++i) edits.push_back(RandomEdit(random));
    compare(edits);
  }
  return run;
}

void RunExclusiveSequence(std::uint32_t seed, const KernelMaker& kernel) {
  std::mt19937 random(seed);
  UnionWorld world(kernel, Scope::kExclusive);
  for (int step = 0; step < 30; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    if (random() % 3 == 0) ForeignChange(random, world);
    const Edit edit = RandomEdit(random);
    const Result result = RunCall(world, {edit});
    if (!result) {  // a port of the other owner
      ASSERT_EQ(result.error().code, ErrorCode::kConflict) << ToString(result.error());
      continue;
    }
    Apply(edit, world);
    world.foreign_prefixes.clear();
    world.foreign_forwards.clear();
    ASSERT_EQ(WhatIsThere(world), Expected(world));
    ASSERT_TRUE(SkeletonIsThere(world));
  }
}

}  // namespace natplan
