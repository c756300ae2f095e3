#include "backends/iptables/iptables_context.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "core/plan/held_elsewhere.h"
#include "core/text/iptables_text.h"
#include "core/values/address.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

PerFamily<bool> WantedBy(const IptablesWish& wish) {
  PerFamily<bool> wanted{};
  for (const OwnedIntent& owned : wish.intents) wanted[FamilyOf(owned.intent)] = true;
  return wanted;
}

std::set<Owner> OwnersOf(const IptablesWish& wish) {
  std::set<Owner> owners = wish.mine;
  for (const OwnedIntent& owned : wish.intents) owners.insert(owned.owner);
  return owners;
}

}  // namespace

std::expected<IptablesContext, Error> IptablesContext::Make(std::unique_ptr<IptablesRunner>&& runner,
                                                            const Options& options) {
  auto tag = RuleTag::Make(options.table);
  if (!tag) return std::unexpected(tag.error());
  return IptablesContext(std::move(runner), *std::move(tag), options.jitter_seed);
}

IptablesContext::IptablesContext(std::unique_ptr<IptablesRunner> runner, RuleTag tag,
                                 std::uint64_t jitter_seed)
    : runner_(std::move(runner)), tag_(std::move(tag)), backoff_(jitter_seed) {}

std::expected<bool, Error> IptablesContext::Holds(TimePoint deadline) {
  for (const IptablesSide side : kIptablesSides) {
    for (const Family family : kFamilies) {
      auto holds = Holds(side, family, deadline);
      if (!holds || *holds) return holds;
    }
  }
  return false;
}

std::expected<bool, Error> IptablesContext::Holds(IptablesSide side, Family family, TimePoint deadline) {
  auto holds = runner_->Holds(side, family, "nat", tag_.begin(), deadline);
  if (!holds || *holds || family != Family::kIp) return holds;
  return runner_->Holds(side, family, "raw", tag_.begin(), deadline);
}

std::expected<std::vector<OwnedIntent>, Error> IptablesContext::Intents(TimePoint deadline) {
  auto held = Held(deadline);
  if (!held) return std::unexpected(std::move(held.error()));
  return std::move(held->intents);
}

std::expected<IptablesHeld, Error> IptablesContext::Held(TimePoint deadline) {
  unsupported_ = {};
  const auto snapshot = Read(deadline);
  if (!snapshot) return std::unexpected(snapshot.error());
  const auto other = ReadOther(deadline);
  if (!other) return std::unexpected(other.error());
  if (!snapshot->nat[Family::kIp] && !snapshot->nat[Family::kIp6] && !other->nat[Family::kIp] &&
      !other->nat[Family::kIp6])
    return std::unexpected(*Missing({true, true}));
  IptablesHeld held;
  for (const IptablesSnapshot* one : {&*snapshot, &*other}) {
    std::ranges::move(IntentsOf(*one, tag_), std::back_inserter(held.intents));
    auto without_intent = RulesWithoutIntent(*one, tag_);
    for (const Family family : kFamilies)
      std::ranges::move(without_intent[family], std::back_inserter(held.foreign[family]));
  }
  std::ranges::sort(held.intents);
  const auto repeated = std::ranges::unique(held.intents);
  held.intents.erase(repeated.begin(), repeated.end());
  return held;
}

std::expected<IptablesReport, Error> IptablesContext::Apply(const IptablesWish& wish, Mode mode,
                                                            TimePoint deadline) {
  return Apply([&](const std::vector<OwnedIntent>&) { return wish; }, mode, deadline);
}

std::expected<IptablesReport, Error> IptablesContext::Apply(const WishFrom& wish_from, Mode mode,
                                                            TimePoint deadline) {
  FileLock lock;
  if (mode == Mode::kApply) {
    auto held = runner_->Lock(deadline);
    if (!held) return std::unexpected(held.error());
    lock = *std::move(held);
  }
  unsupported_ = {};
  std::optional<IptablesSnapshot> refused;  // in which a plan was refused
  PerFamily<bool> planned{};                // whether rules of it were to be changed
  std::optional<Error> cause;
  std::optional<Error> unknown;  // why a change may or may not have been made
  const auto failed = [&](Error error) {
    const std::optional<Error>& before = unknown ? unknown : cause;
    if (before && error != *before) error.text += "; before that: " + before->text;
    if (unknown) error.code = ErrorCode::kUnknownOutcome;
    return std::unexpected(std::move(error));
  };
  backoff_.Reset();
  for (;;) {
    const auto snapshot = Read(deadline);
    if (!snapshot) return failed(snapshot.error());
    const auto other = ReadOther(deadline);
    if (!other) return failed(other.error());
    const std::vector<OwnedIntent> have = IntentsOf(*snapshot, tag_);
    IptablesWish wish = wish_from(have);
    std::vector<Conflict> elsewhere = LeaveToOther(*other, have, wish);
    // A family in which rules are only to be removed is wanted, too, if it turns out that they cannot be.
    PerFamily<bool> wanted = WantedBy(wish);
    for (const Family family : kFamilies) wanted[family] |= planned[family];
    IptablesPlan leftovers = PlanLeftovers(*other, wish);
    const bool only_leftovers = !wanted[Family::kIp] && !wanted[Family::kIp6] && !IsEmpty(leftovers.lines);
    if (const auto missing = Missing(wanted); missing && !only_leftovers) return failed(*missing);
    // Nobody has changed anything, so it would be refused again.
    if (refused && *refused == *snapshot) {
      if (!unknown) cause->text += "; the rules are as they were";
      return failed(*cause);
    }

    IptablesPlan plan = PlanIptables(*snapshot, wish, tag_);
    std::ranges::move(elsewhere, std::back_inserter(plan.conflicts));
    const auto conflict = std::ranges::find_if(plan.conflicts, &Conflict::edited);
    if (conflict != plan.conflicts.end()) return failed(conflict->error);
    for (const Family family : kFamilies) planned[family] |= !plan.lines[family].empty();
    const bool idle = mode == Mode::kPlan || IsEmpty(plan.lines);
    const auto carried = idle ? std::expected<void, Error>() : Carry(plan, deadline);
    if (carried) {
      IptablesReport report = Report(std::move(plan), wanted, lock.note());
      // What was refused left other rules than before; if they need no change now, it was carried out.
      report.changed = !idle || unknown || refused;
      if (idle && refused) report.notes.push_back(cause->text + "; the rules are as asked for all the same");
      if (auto taken = TakeAway(std::move(leftovers), mode, report, deadline); !taken)
        return std::unexpected(std::move(taken.error()));
      return report;
    }
    cause = carried.error();
    // What a family lacks was noted, and the other one is tried alone.
    if (cause->code == ErrorCode::kNotSupported) continue;
    const auto now = std::chrono::steady_clock::now();
    if (cause->code == ErrorCode::kUnknownOutcome) {
      unknown = cause;  // the next reading tells
    } else if (cause->code == ErrorCode::kRefused) {
      // Most likely a rule that was to be deleted has gone since it was read.
      refused = *snapshot;
    } else {
      return failed(*cause);
    }
    if (now >= deadline) return failed(*cause);
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(backoff_.Next(), deadline - now));
  }
}

std::expected<SavedTable, Error> IptablesContext::ReadFamily(IptablesSide side, Family family,
                                                             TimePoint deadline) {
  const auto text = runner_->Save(side, family, deadline);
  if (!text) return std::unexpected(text.error());
  auto nat = ReadSavedRules(family, *text);
  if (!nat) {
    Error error = nat.error();
    error.text = std::string(IptablesName(family)) + "-save printed what natplan cannot read: " + error.text;
    return std::unexpected(std::move(error));
  }
  if (nat->incompatible == "raw") {
    const auto guarded = runner_->Holds(side, family, "raw", tag_.begin(), deadline);
    if (!guarded) return std::unexpected(guarded.error());
    if (!*guarded) return nat;
  }
  if (!nat->incompatible.empty()) return std::unexpected(CannotShow(family, nat->incompatible));
  return nat;
}

// The same, believed only as far as the kernel itself agrees about natplan's rules. A family that is not
// supported is left out if they are not there.
std::expected<std::optional<SavedTable>, Error> IptablesContext::ReadBelieved(IptablesSide side,
                                                                              Family family,
                                                                              std::optional<Error>& why,
                                                                              TimePoint deadline) {
  for (int tries = 0;; ++tries) {
    auto nat = ReadFamily(side, family, deadline);
    if (!nat && nat.error().code == ErrorCode::kDeadline) return std::unexpected(std::move(nat.error()));
    const auto ours = [&](const SavedRule& rule) { return rule.comment.starts_with(tag_.begin()); };
    if (nat && std::ranges::any_of(nat->rules, ours)) return *std::move(nat);
    const auto holds = Holds(side, family, deadline);
    if (holds && !*holds) {
      if (nat) return *std::move(nat);
      if (nat.error().code != ErrorCode::kNotSupported) return std::unexpected(std::move(nat.error()));
      why = std::move(nat.error());
      return std::nullopt;
    }
    if (!holds) {
      const bool known = !nat && nat.error().code != ErrorCode::kNotSupported;
      return std::unexpected(known ? nat.error() : holds.error());
    }
    const std::string there = std::string(IptablesName(family)) + " holds rules of natplan";
    if (!nat) {
      Error error = std::move(nat.error());
      if (error.code == ErrorCode::kNotSupported) error.code = ErrorCode::kUnreadable;
      error.text = there + ", and they cannot be read: " + error.text;
      return std::unexpected(std::move(error));
    }
    // Another process may have added the first one in between.
    if (tries < 2) continue;
    return std::unexpected(
        Error{.code = ErrorCode::kUnreadable,
              .errno_value = EIO,
              .text = there + ", and " + std::string(IptablesName(family)) + "-save does not show them"});
  }
}

std::expected<IptablesSnapshot, Error> IptablesContext::Read(TimePoint deadline) {
  IptablesSnapshot snapshot;
  for (const Family family : kFamilies) {
    if (unsupported_[family]) continue;
    auto nat = ReadBelieved(IptablesSide::kUsed, family, unsupported_[family], deadline);
    if (!nat) return std::unexpected(std::move(nat.error()));
    snapshot.nat[family] = *std::move(nat);
  }
  return snapshot;
}

// Where the variant that is not in use has rules of natplan; elsewhere its programs are not run.
std::expected<IptablesSnapshot, Error> IptablesContext::ReadOther(TimePoint deadline) {
  IptablesSnapshot snapshot;
  for (const Family family : kFamilies) {
    const auto holds = Holds(IptablesSide::kOther, family, deadline);
    if (!holds) return std::unexpected(holds.error());
    if (!*holds) continue;
    std::optional<Error> why;
    auto nat = ReadBelieved(IptablesSide::kOther, family, why, deadline);
    if (!nat) return std::unexpected(std::move(nat.error()));
    snapshot.nat[family] = *std::move(nat);
  }
  return snapshot;
}

// Takes out of the wish the ports that the other variant goes on forwarding for owners who are not of this
// call; but what somebody has and does not ask for now was there before.
std::vector<Conflict> IptablesContext::LeaveToOther(const IptablesSnapshot& other,
                                                    const std::vector<OwnedIntent>& have,
                                                    IptablesWish& wish) const {
  std::vector<Conflict> conflicts;
  if (wish.scope == Scope::kExclusive) return conflicts;
  HeldElsewhere held("the variant of iptables that is not in use", "iptables");
  held.Add(IntentsOf(other, tag_), OwnersOf(wish));
  std::erase_if(wish.intents, [&](const OwnedIntent& owned) {
    auto taken = held.WhyTaken(owned);
    if (!taken) return false;
    const bool edited = wish.edited.contains(std::get<Forward>(owned.intent).key());
    if (!edited && std::ranges::binary_search(have, owned)) return false;
    conflicts.push_back({edited, *std::move(taken)});
    return true;
  });
  return conflicts;
}

// What the other variant holds of the owners of this call goes, since it acts beside the rules of this one.
IptablesPlan IptablesContext::PlanLeftovers(const IptablesSnapshot& other, const IptablesWish& wish) const {
  return PlanIptables(other, {.mine = OwnersOf(wish), .scope = wish.scope}, tag_);
}

std::expected<void, Error> IptablesContext::TakeAway(IptablesPlan leftovers, Mode mode,
                                                     IptablesReport& report, TimePoint deadline) {
  for (const Family family : kFamilies) {
    std::vector<std::string>& lines = leftovers.lines[family];
    if (lines.empty()) continue;
    if (mode == Mode::kApply) {
      const auto done = Restore(IptablesSide::kOther, family, lines, false, deadline);
      if (!done) {
        Error error = done.error();
        if (report.changed) error.code = ErrorCode::kUnknownOutcome;
        error.text = std::string("the rules of ") + std::string(IptablesName(family)) +
                     " are as asked for, but those of natplan in the variant that is not in use could not be "
                     "taken away and act beside them: " +
                     error.text;
        return std::unexpected(std::move(error));
      }
      report.changed = true;
    }
    report.notes.push_back("the variant of " + std::string(IptablesName(family)) +
                           " that is not in use holds rules of natplan, which " +
                           (mode == Mode::kPlan ? "would be" : "are") + " taken away");
    auto& all = report.lines[family];
    all.insert(all.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
  }
  return {};
}

// Why nothing can be done: no family in which something is wanted works, or, if nothing is wanted, none at
// all.
std::optional<Error> IptablesContext::Missing(const PerFamily<bool>& wanted) const {
  const bool any_wanted = wanted[Family::kIp] || wanted[Family::kIp6];
  std::optional<Error> first;
  for (const Family family : kFamilies) {
    if (any_wanted && !wanted[family]) continue;
    if (!unsupported_[family]) return std::nullopt;
    if (!first) first = unsupported_[family];
  }
  return first;
}

std::expected<void, Error> IptablesContext::Restore(IptablesSide side, Family family,
                                                    const std::vector<std::string>& lines, bool check_only,
                                                    TimePoint deadline) {
  const std::string input = RestoreInput(lines);
  if (!check_only) ++changes_begun_;
  const auto done = runner_->Restore(side, family, input, check_only, deadline);
  if (done) return {};
  Error error = done.error();
  error.operation = lines.front();
  return std::unexpected(std::move(error));
}

// Leaves both families as they were if it fails, as far as that can be had; the error's text says if not.
std::expected<void, Error> IptablesContext::Carry(const IptablesPlan& plan, TimePoint deadline) {
  const bool both = !plan.lines[Family::kIp].empty() && !plan.lines[Family::kIp6].empty();
  const auto failed = [&](Family family, const Error& error) {
    if (error.code == ErrorCode::kNotSupported) unsupported_[family] = error;
    return std::unexpected(error);
  };
  if (both) {
    // Finds most of what can be wrong while nothing is changed yet.
    if (const auto looked =
            Restore(IptablesSide::kUsed, Family::kIp6, plan.lines[Family::kIp6], true, deadline);
        !looked)
      return failed(Family::kIp6, looked.error());
  }
  for (const Family family : kFamilies) {
    if (plan.lines[family].empty()) continue;
    const auto done = Restore(IptablesSide::kUsed, family, plan.lines[family], false, deadline);
    if (done) continue;
    Error error = done.error();
    if (error.code == ErrorCode::kUnknownOutcome) {
      // In a try after the first, those of IPv4 need no change any more.
      if (family == Family::kIp6 && !unsupported_[Family::kIp]) {
        error.text += "; the rules of IPv4 are as asked for, those of IPv6 may or may not be";
      } else if (both) {
        error.text += "; the rules of IPv6 are as they were, those of IPv4 may or may not be";
      }
      return failed(family, error);
    }
    if (family == Family::kIp) TakeGuardBack(plan, deadline);
    if (both && family == Family::kIp6) {
      if (const auto undone =
              Restore(IptablesSide::kUsed, Family::kIp, plan.undo[Family::kIp], false, deadline);
          !undone) {
        error.code = ErrorCode::kUnknownOutcome;
        error.text += "; the rules of IPv4 were changed before and could not be put back (" +
                      undone.error().text + "): they are as asked for, those of IPv6 are not";
      }
    }
    return failed(family, error);
  }
  return {};
}

// What comes into table raw is a transaction of its own, in front of that of table nat. Where it was not
// made, this is refused.
void IptablesContext::TakeGuardBack(const IptablesPlan& plan, TimePoint deadline) {
  std::vector<std::string> lines = plan.undo[Family::kIp];
  std::erase_if(lines,
                [](const std::string& line) { return !line.starts_with(std::string(kInRaw) + "-D "); });
  if (!lines.empty()) (void)Restore(IptablesSide::kUsed, Family::kIp, lines, false, deadline);
}

IptablesReport IptablesContext::Report(IptablesPlan plan, const PerFamily<bool>& wanted,
                                       const std::string& lock_note) const {
  IptablesReport report;
  report.lines = std::move(plan.lines);
  for (auto& of_family : plan.foreign) std::ranges::move(of_family, std::back_inserter(report.foreign));
  for (Conflict& conflict : plan.conflicts) report.lost.push_back(std::move(conflict.error));
  for (const Family family : kFamilies) {
    if (wanted[family] && unsupported_[family]) report.unsupported.push_back(*unsupported_[family]);
  }
  if (!lock_note.empty()) report.notes.push_back(lock_note);
  return report;
}

}  // namespace natplan
