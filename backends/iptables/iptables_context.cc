#include "backends/iptables/iptables_context.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>

#include "core/text/iptables_text.h"
#include "core/values/address.h"

namespace natplan {
namespace {

std::size_t Index(Family family) { return static_cast<std::size_t>(family); }

std::array<bool, 2> WantedBy(const IptablesWish& wish) {
  std::array<bool, 2> wanted{};
  for (const OwnedIntent& owned : wish.intents) wanted[Index(FamilyOf(owned.intent))] = true;
  return wanted;
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

std::expected<std::vector<OwnedIntent>, Error> IptablesContext::Intents(TimePoint deadline) {
  unsupported_ = {};
  const auto snapshot = Read(deadline);
  if (!snapshot) return std::unexpected(snapshot.error());
  // An IPv6 that fails is no reason not to show IPv4, and the other way round.
  if (!snapshot->nat[0] && !snapshot->nat[1]) return std::unexpected(*Missing({true, true}));
  return IntentsOf(*snapshot, tag_);
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
  NoteOtherVariant(deadline);
  unsupported_ = {};
  std::optional<IptablesSnapshot> refused;  // in which a plan was refused
  std::array<bool, 2> planned{};            // by Family: whether rules of it were to be changed
  std::optional<Error> cause;
  backoff_.Reset();
  for (;;) {
    const auto snapshot = Read(deadline);
    if (!snapshot) {
      Error error = snapshot.error();
      if (cause) error.text += "; before that: " + cause->text;
      return std::unexpected(std::move(error));
    }
    const IptablesWish wish = wish_from(IntentsOf(*snapshot, tag_));
    // A family in which rules are only to be removed is wanted, too, if it turns out that they cannot be.
    std::array<bool, 2> wanted = WantedBy(wish);
    for (const Family family : kFamilies) wanted[Index(family)] |= planned[Index(family)];
    for (const Family family : kFamilies) {
      if (wanted[Index(family)] && unread_[Index(family)]) return std::unexpected(*unread_[Index(family)]);
    }
    if (const auto missing = Missing(wanted)) return std::unexpected(*missing);
    // Nobody has changed anything, so it would be refused again.
    if (refused && *refused == *snapshot) return std::unexpected(*cause);

    IptablesPlan plan = PlanIptables(*snapshot, wish, tag_);
    const auto conflict = std::ranges::find_if(plan.conflicts, &Conflict::edited);
    if (conflict != plan.conflicts.end()) return std::unexpected(conflict->error);
    for (const Family family : kFamilies) planned[Index(family)] |= !plan.lines[Index(family)].empty();
    const bool idle = mode == Mode::kPlan || (plan.lines[0].empty() && plan.lines[1].empty());
    const auto carried = idle ? std::expected<void, Error>() : Carry(plan, deadline);
    if (carried) {
      IptablesReport report = Report(std::move(plan), wanted, lock.note());
      report.changed = !idle;
      return report;
    }
    cause = carried.error();
    // What a family lacks was noted, and the other one is tried alone.
    if (cause->code == ErrorCode::kNotSupported) continue;
    if (cause->code != ErrorCode::kRefused) return std::unexpected(*cause);
    // Most likely a rule that was to be deleted has gone since it was read.
    refused = *snapshot;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return std::unexpected(*cause);
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(backoff_.Next(), deadline - now));
  }
}

std::expected<SavedNat, Error> IptablesContext::ReadFamily(Family family, TimePoint deadline) {
  const auto text = runner_->Save(family, deadline);
  if (!text) return std::unexpected(text.error());
  auto nat = ReadSavedNat(*text);
  if (!nat) {
    Error error = nat.error();
    error.text = std::string(IptablesName(family)) +
                 "-save printed what natplan cannot read, and nothing was changed: " + error.text;
    return std::unexpected(std::move(error));
  }
  if (nat->incompatible) {
    return std::unexpected(
        Error{.code = ErrorCode::kRefused,
              .errno_value = EIO,
              .text = "table " + std::string(Name(family)) +
                      " nat was not made by iptables, which cannot read it; look at it with: "
                      "nft list table " +
                      std::string(Name(family)) + " nat"});
  }
  return nat;
}

// Fails if the time is over. A family that is not supported, or that cannot be read, is left out.
std::expected<IptablesSnapshot, Error> IptablesContext::Read(TimePoint deadline) {
  IptablesSnapshot snapshot;
  unread_ = {};
  for (const Family family : kFamilies) {
    if (unsupported_[Index(family)]) continue;
    auto nat = ReadFamily(family, deadline);
    if (nat) {
      snapshot.nat[Index(family)] = *std::move(nat);
    } else if (nat.error().code == ErrorCode::kNotSupported) {
      unsupported_[Index(family)] = nat.error();
    } else if (nat.error().code == ErrorCode::kDeadline) {
      return std::unexpected(nat.error());
    } else {
      unread_[Index(family)] = nat.error();
    }
  }
  return snapshot;
}

void IptablesContext::NoteOtherVariant(TimePoint deadline) {
  if (other_variant_) return;
  other_variant_.emplace();
  // Nobody needs this answer, so a program that hangs must not use up the time.
  const auto now = std::chrono::steady_clock::now();
  const TimePoint until = now + (deadline - now) / 4;
  for (const Family family : kFamilies) {
    const auto text = runner_->SaveOther(family, until);
    if (!text) continue;  // most hosts have no rules there, and many no such program
    const auto nat = ReadSavedNat(*text);
    if (!nat) continue;
    for (const std::string& rule : NatplanRules(family, *nat)) {
      other_variant_->push_back("the variant of " + std::string(IptablesName(family)) +
                                " that is not in use has a rule of natplan, which acts beside ours: " + rule);
    }
  }
}

// Why nothing can be done: no family in which something is wanted works, or, if nothing is wanted, none at
// all.
std::optional<Error> IptablesContext::Missing(const std::array<bool, 2>& wanted) const {
  const bool any_wanted = wanted[0] || wanted[1];
  std::optional<Error> first;
  for (const Family family : kFamilies) {
    if (any_wanted && !wanted[Index(family)]) continue;
    const auto& why = unsupported_[Index(family)] ? unsupported_[Index(family)] : unread_[Index(family)];
    if (!why) return std::nullopt;
    if (!first) first = why;
  }
  return first;
}

std::expected<void, Error> IptablesContext::Restore(Family family, const std::vector<std::string>& lines,
                                                    bool check_only, TimePoint deadline) {
  const auto done = runner_->Restore(family, RestoreInput(lines), check_only, deadline);
  if (done) return {};
  Error error = done.error();
  error.operation = lines.front();
  return std::unexpected(std::move(error));
}

// Leaves both families as they were if it fails, as far as that can be had; the error's text says if not.
std::expected<void, Error> IptablesContext::Carry(const IptablesPlan& plan, TimePoint deadline) {
  const bool both = !plan.lines[0].empty() && !plan.lines[1].empty();
  const auto failed = [&](Family family, const Error& error) {
    if (error.code == ErrorCode::kNotSupported) unsupported_[Index(family)] = error;
    return std::unexpected(error);
  };
  if (both) {
    // Finds most of what can be wrong while nothing is changed yet.
    if (const auto looked = Restore(Family::kIp6, plan.lines[1], true, deadline); !looked)
      return failed(Family::kIp6, looked.error());
  }
  for (const Family family : kFamilies) {
    if (plan.lines[Index(family)].empty()) continue;
    const auto done = Restore(family, plan.lines[Index(family)], false, deadline);
    if (done) continue;
    Error error = done.error();
    if (both && family == Family::kIp6) {
      if (const auto undone = Restore(Family::kIp, plan.undo[0], false, deadline); !undone) {
        error.code = ErrorCode::kUnknownOutcome;
        error.text += "; the rules of IPv4 were changed before and could not be put back (" +
                      undone.error().text + "): they are as asked for, those of IPv6 are not";
      }
    }
    return failed(family, error);
  }
  return {};
}

IptablesReport IptablesContext::Report(IptablesPlan plan, const std::array<bool, 2>& wanted,
                                       const std::string& lock_note) const {
  IptablesReport report;
  report.lines = std::move(plan.lines);
  report.foreign = std::move(plan.foreign);
  for (Conflict& conflict : plan.conflicts) report.lost.push_back(std::move(conflict.error));
  for (const Family family : kFamilies) {
    if (wanted[Index(family)] && unsupported_[Index(family)])
      report.unsupported.push_back(*unsupported_[Index(family)]);
    if (unread_[Index(family)]) {
      report.notes.push_back(
          std::string(IptablesName(family)) +
          " could not be read, and nothing is wanted of it: " + unread_[Index(family)]->text);
    }
  }
  if (!lock_note.empty()) report.notes.push_back(lock_note);
  report.notes.insert(report.notes.end(), other_variant_->begin(), other_variant_->end());
  return report;
}

}  // namespace natplan
