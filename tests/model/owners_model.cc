#include "tests/model/owners_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/plan/reconciler.h"
#include "core/plan/test_intents.h"
#include "core/text/nft_text.h"
#include "tests/model/sequences.h"
#include "tests/model/test_foreign_writer.h"
#include "tests/model/test_wishes.h"

namespace natplan {
namespace {

const char* const kPrefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9",
                                 "240.0.0.0/4", "fd00::/8",    "fd00::/16",   "fd00::/64"};
const char* const kTargets[] = {"192.0.2.1:80", "192.0.2.2:81", "[fd00::5]:80"};
const char* const kOwners[] = {"a", "b", "c"};

constexpr TimePoint kNoDeadline = TimePoint::max();

struct Process {
  Process(ModelKernel& kernel, const char* name) : owner(Named(name)) {
    Restart(kernel, Inheritance::kAdopt);
  }
  void Restart(ModelKernel& kernel, Inheritance how) {
    executor = kernel.Open();
    inheritance = how;
    reconciler = std::make_unique<Reconciler>(
        Reconciler::Options{.jitter_seed = 1, .owner = owner, .inheritance = how});
    fresh = true;
    wishes = {};
  }

  Owner owner;
  Inheritance inheritance = Inheritance::kAdopt;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Reconciler> reconciler;
  bool fresh = true;  // it has taken over nothing yet
  bool busy = false;  // in the middle of a call
  Wishes wishes;
  std::set<Prefix> ever;  // every prefix that it ever asked for
};

class World {
 public:
  World(std::uint32_t seed, const KernelMaker& kernel) : random_(seed), kernel_(kernel) {
    for (const char* name : kOwners) processes_.emplace_back(kernel_, name);
  }

  void Step() {
    if (foreign_.writes() && Chance(3)) foreign_.Change();
    Process& process = processes_[Pick(processes_.size())];
    if (Chance(20)) process.Restart(kernel_, Chance(2) ? Inheritance::kAdopt : Inheritance::kReset);
    Call(process, 0);
  }
  const OwnersRun& run() const { return run_; }

 private:
  std::size_t Pick(std::size_t count) { return random_() % count; }
  bool Chance(std::size_t one_in) { return Pick(one_in) == 0; }

  Edit RandomEdit(const Owner& owner) {
    const auto kind = Chance(2) ? Edit::Kind::kAdd : Edit::Kind::kRemove;
    switch (Pick(5)) {
      case 0:
      case 1:
        return {kind, owner, Mask(kPrefixes[Pick(std::size(kPrefixes))])};
      case 2: {
        const bool wide = Chance(2);
        return {kind, owner,
                Chance(2) ? MaskOut(wide ? "10.0.0.0/8" : "0.0.0.0/0", "eth0") : MaskOut("fd00::/9", "eth1")};
      }
      default: {
        Forward forward = To(80 + static_cast<int>(Pick(3)), kTargets[Pick(std::size(kTargets))]);
        forward.localhost = Chance(4);
        return {kind, owner, forward};
      }
    }
  }

  // Something happens while a call is under way.
  void Meanwhile(int depth) {
    if (!faulty_ || !Chance(6)) return;
    if (foreign_.writes() && Chance(2)) return foreign_.Change();
    Process& other = processes_[Pick(processes_.size())];
    if (!other.busy && depth < 2) Call(other, depth + 1);
  }

  Outcome Commit(Process& process, const Transaction& transaction) {
    const Picture before(kernel_.state());
    const Outcome outcome = process.executor->Commit(transaction, kNoDeadline);
    if (std::holds_alternative<Committed>(outcome)) {
      ++commits_;
      CheckCommit(process, before, Picture(kernel_.state()));
    }
    return outcome;
  }

  // No commit takes anything away from others, whether or not the call goes on to succeed.
  void CheckCommit(const Process& process, const Picture& before, const Picture& after) {
    for (const char* owner : kOwners) {
      if (owner != process.owner.name()) {
        EXPECT_EQ(before.Of(owner), after.Of(owner)) << "of " << owner;
      }
    }
    for (const Family family : kFamilies) {
      const FamilyView& old_view = before.Of(family);
      const FamilyView& new_view = after.Of(family);
      for (const AddressRange& range : new_view.ranges) {
        const auto was = old_view.ranges.find(range.first);
        const bool there = was != old_view.ranges.end() && *was == range;
        EXPECT_TRUE(there || after.IsExplained(range, family)) << range.first.ToString() << " is nobody's";
      }
      for (const AddressRange& range : old_view.ranges) {
        const auto is = new_view.ranges.find(range.first);
        if (is != new_view.ranges.end() && *is == range) continue;
        const auto prefix = ToPrefix(range);
        EXPECT_TRUE(before.IsExplained(range, family) || IsRest(range, process, old_view) ||
                    (prefix && process.ever.contains(*prefix)))
            << range.first.ToString() << " was not its own";
      }
      for (const auto& [key, held] : old_view.forwards.entries) {
        if (!held.owner.empty()) continue;
        const auto now = new_view.forwards.entries.find(key);
        ASSERT_NE(now, new_view.forwards.entries.end());
        EXPECT_EQ(now->second.to, held.to) << "what nobody is recorded for may be taken over, not changed";
      }
    }
  }

  void Call(Process& process, int depth) {
    process.busy = true;
    std::vector<Edit> edits;
    for (std::size_t i = 0, count = Pick(3); i < count; ++i) edits.push_back(RandomEdit(process.owner));
    for (const Edit& edit : edits) {
      if (const auto* masquerade = std::get_if<Masquerade>(&edit.intent))
        process.ever.insert(masquerade->source());
    }
    Wishes base = process.wishes;
    bool took_over = false;  // in this call, whatever becomes of it
    bool settled = false;    // the kernel may have something of it
    bool snapshot = false;   // the last plan was made from one
    commits_ = 0;
    int faults = faulty_ ? 6 : 0;
    const auto fault = [&](std::size_t one_in) {
      if (faults == 0 || !Chance(one_in)) return false;
      --faults;
      return true;
    };
    Reconciler& reconciler = *process.reconciler;
    reconciler.Start(edits, Mode::kApply, now_, now_ + std::chrono::seconds(5));
    for (;;) {
      const natplan::Step step = reconciler.Poll(now_);
      if (std::holds_alternative<FinishedStep>(step)) break;
      const int commits = commits_;
      Meanwhile(depth);
      commits_ = commits;  // those of other calls are not this one's
      if (fault(40)) {
        const bool commit = std::holds_alternative<CommitStep>(step);
        settled = settled || commit;
        reconciler.Cancel();
      } else if (const auto* read = std::get_if<ReadStep>(&step)) {
        if (fault(8)) {
          reconciler.OnSnapshot(std::unexpected(ReadFailure{.torn = true, .errno_value = EINTR}));
          continue;
        }
        const auto answer = process.executor->Read(read->request, kNoDeadline);
        ASSERT_TRUE(answer);
        snapshot = true;
        if (process.fresh && !took_over) {
          took_over = true;
          if (process.inheritance == Inheritance::kAdopt) base = Picture(*answer).Of(process.owner.name());
          for (const Prefix& prefix : base.prefixes) process.ever.insert(prefix);
        }
        reconciler.OnSnapshot(answer);
      } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
        const Transaction transaction = *commit->transaction;
        if (fault(8)) {
          settled = true;
          if (Chance(2)) (void)Commit(process, transaction);
          reconciler.OnOutcome(Unknown{ENOBUFS});
        } else if (fault(12)) {
          reconciler.OnOutcome(Refused{{{.errno_value = ERESTART}}});
        } else if (fault(12)) {
          reconciler.OnOutcome(Refused{{{.operation = 0, .errno_value = ENOENT}}});
        } else if (fault(12)) {
          reconciler.OnOutcome(NotSent{ENOBUFS, ""});
        } else {
          const Outcome outcome = Commit(process, transaction);
          reconciler.OnOutcome(outcome);
          const bool more = !std::holds_alternative<FinishedStep>(reconciler.Poll(now_));
          settled = settled || (std::holds_alternative<Committed>(outcome) && more);  // in two steps
        }
      } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
        reconciler.OnDrained(Chance(3) ? Drained{} : process.executor->Drain(drain->tables, drain->since));
      } else {
        now_ = std::get<WaitStep>(step).until;
      }
    }
    const natplan::Step last = reconciler.Poll(now_);
    const Result& result = *std::get<FinishedStep>(last).result;
    process.busy = false;
    if (result) {
      ++run_.succeeded;
      for (const Edit& edit : edits) base.Apply(edit);
      process.fresh = false;
      process.wishes = base;
      CheckSuccess(process, *result, snapshot);
      return;
    }
    ++run_.failed;
    const ErrorCode code = result.error().code;
    EXPECT_TRUE(code == ErrorCode::kConflict || code == ErrorCode::kUnknownOutcome ||
                code == ErrorCode::kDeadline || code == ErrorCode::kNoMemory)
        << ToString(result.error());
    if (!settled) {
      EXPECT_EQ(commits_, 0) << "a call that failed changed something: " << ToString(result.error());
    }
    if (process.fresh && took_over && settled) {
      process.fresh = false;
      process.wishes = base;
    }
    CheckDesired(process);
  }

  void CheckDesired(const Process& process) {
    const DesiredState& desired = process.reconciler->desired();
    Wishes mine;
    for (const LedgerEntry& entry : desired.masquerades()) {
      if (entry.owner == process.owner.hash()) mine.prefixes.insert(entry.prefix);
    }
    if (process.fresh) mine.prefixes.clear();  // those of an owner that it does not speak for yet
    for (const auto& [key, held] : desired.forwards())
      mine.forwards.emplace(key, std::pair(held.to, held.localhost));
    for (const auto& owned : desired.interface_masquerades())
      mine.interface_masquerades.insert(owned.masquerade);
    EXPECT_EQ(mine, process.wishes);
  }

  void CheckSuccess(const Process& process, const Report& report, bool snapshot) {
    CheckDesired(process);
    const Picture now(kernel_.state());
    EXPECT_EQ(report.generation, kernel_.state().generation);
    Wishes want = process.wishes;
    std::size_t taken = 0;
    std::erase_if(want.forwards, [&](const auto& wish) {
      const FamilyView& view = now.Of(wish.first.family);
      const auto there = view.forwards.entries.find(wish.first);
      const bool other = there != view.forwards.entries.end() && there->second.owner != process.owner.name();
      taken += other ? 1 : 0;
      return other;
    });
    // Where somebody took one half of a port away from its owner, the other half is still that owner's.
    for (auto& [key, wish] : want.forwards) {
      const FamilyView& view = now.Of(key.family);
      const auto there = view.localhost.entries.find(key);
      const bool other = there != view.localhost.entries.end() && there->second.owner != process.owner.name();
      taken += wish.second && other ? 1 : 0;
      wish.second = wish.second && !other;
    }
    EXPECT_EQ(now.Of(process.owner.name()), want) << "what " << process.owner.name() << " wants";
    run_.lost += taken;
    if (snapshot) {
      EXPECT_GE(report.lost.size(), taken);
    }
    for (const Family family : kFamilies) {
      if (process.wishes.Wants(family)) CheckFamily(now.Of(family));
    }
    // A process that starts now under this name finds nothing to do.
    Reconciler again(Reconciler::Options{.owner = process.owner});
    again.Start(std::vector<Edit>{}, Mode::kPlan, now_, now_ + std::chrono::seconds(5));
    again.OnSnapshot(process.executor->Read(RequestFor({}), kNoDeadline));
    const natplan::Step step = again.Poll(now_);
    const auto* finished = std::get_if<FinishedStep>(&step);
    ASSERT_TRUE(finished != nullptr && finished->result->has_value());
    EXPECT_EQ(ToText((*finished->result)->transaction), "");
  }

  // Whether it is what is left of a prefix, of which somebody took the end.
  static bool IsRest(const AddressRange& range, const Process& process, const FamilyView& view) {
    const auto begins = [&](const Prefix& prefix) { return prefix.network() == range.first; };
    return !range.end && (std::ranges::any_of(process.ever, begins) ||
                          std::ranges::any_of(view.entries, begins, &LedgerEntry::prefix));
  }

  // Whether a prefix of the ledger begins or ends with the node.
  static bool IsOurs(const Element& node, const FamilyView& view) {
    return std::ranges::any_of(view.entries, [&](const LedgerEntry& entry) {
      const Element range = ToElement(entry.prefix);
      return node.key == (node.kind == ElementKind::kStart ? range.key : range.end);
    });
  }

  // The set holds the maximal prefixes of the ledger, where nobody else stands in their way.
  void CheckFamily(const FamilyView& view) {
    EXPECT_TRUE(view.exists);
    // What is left of a range stays only where somebody else's node is among it.
    for (const BrokenRange& broken : view.broken) {
      EXPECT_FALSE(std::ranges::all_of(broken.nodes, [&](const Element& node) { return IsOurs(node, view); }))
          << broken.covers.first.ToString();
    }
    for (const LedgerEntry& entry : view.entries) {
      const auto wider = [&](const LedgerEntry& other) {
        return other.prefix != entry.prefix && other.prefix.Contains(entry.prefix);
      };
      const bool inside = std::ranges::any_of(view.entries, wider);
      const auto in_the_way = [&](const AddressRange& range) {
        return range.Overlaps(ToRange(entry.prefix)) && !view.IsRecorded(range);
      };
      const bool blocked = std::ranges::any_of(view.ranges, in_the_way) ||
                           std::ranges::any_of(view.broken, [&](const BrokenRange& broken) {
                             return broken.covers.Overlaps(ToRange(entry.prefix));
                           });
      EXPECT_EQ(view.Holds(entry.prefix), !inside && !blocked) << entry.prefix.ToString();
    }
  }

  std::mt19937 random_;
  ModelKernel kernel_;
  std::vector<Process> processes_;
  TimePoint now_{std::chrono::seconds(1)};
  bool faulty_ = Chance(2);
  TestForeignWriter foreign_{kernel_, random_};
  int commits_ = 0;  // of the call under way
  OwnersRun run_;
};

}  // namespace

OwnersRun RunOwnersSequence(std::uint32_t seed, const KernelMaker& kernel) {
  World world(seed, kernel);
  TakeSteps(world, 30);
  return world.run();
}

}  // namespace natplan
