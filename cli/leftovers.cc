#include "cli/leftovers.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "cli/interrupt.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

bool HoldsAnything(const FamilyListing& listing) {
  return !listing.masquerades.empty() || !listing.forwards.empty() || !listing.ranges.empty() ||
         !listing.unowned.empty();
}

void AddTarget(const Address& target, bool localhost, Held& held) {
  if (localhost && target.family() == Family::kIp) held.localhost_targets.insert(target);
}

bool All(const ForwardListing&) { return true; }

std::string LeftOn(const StillOn& one, std::string_view puts_back) {
  return fmt::format(
      "{}, is on still: natplan set it, and nothing that natplan holds needs it{}. Put it back: "
      "sysctl -w {}={}, or {}",
      one.ToString(),
      one.sysctl.forwarding_family() ? "" : ", and no rule of natplan protects 127.0.0.0/8 there",
      one.sysctl.name(), one.recorded.before, puts_back);
}

std::string PutBackText(const StillOn& one) {
  return fmt::format("{} = {}", one.sysctl.name(), one.recorded.before);
}

}  // namespace

Leftovers::Leftovers(std::string table, const CallOptions& call)
    : table_(std::move(table)), call_(call), record_(SysctlRecord::OfThisNamespace(host_.proc)) {}

std::expected<Held, Error> Leftovers::ReadHeld(
    const std::function<bool(const ForwardListing&)>& stays) const {
  Held held;
  for (const std::string& table : std::set<std::string>{table_, kDefaultTable}) {
    const auto both = ReadBoth(table, std::chrono::steady_clock::now() + call_.deadline);
    if (!both) return std::unexpected(both.error());
    for (const FamilyListing& listing : *both) {
      if (HoldsAnything(listing)) held.families.insert(listing.family);
      for (const ForwardListing& one : listing.forwards) {
        if (table != table_ || stays(one)) AddTarget(one.to.address, one.localhost, held);
      }
    }
  }
  return held;
}

bool Leftovers::PutBack(const StillOn& one) {
  const auto written = one.sysctl.Write(host_.proc, one.recorded.before);
  if (!written && !out_.error) out_.error = written.error();
  return written.has_value();
}

void Leftovers::BeforeChange(const std::function<bool(const ForwardListing&)>& stays,
                             std::span<const Intent> wish) {
  if (!call_.sysctl) return;
  std::vector<StillOn> open = FindStillOn(record_, host_).on;
  std::erase_if(open, [](const StillOn& one) { return one.sysctl.forwarding_family().has_value(); });
  if (open.empty()) return;
  auto held = ReadHeld(stays);
  // Then the change will not be made either.
  if (!held) return;
  for (const Intent& intent : wish) {
    if (const auto* forward = std::get_if<Forward>(&intent))
      AddTarget(forward->to.address, forward->localhost, *held);
  }
  DeferSignals();
  for (StillOn& one : open) {
    if (!IsNeeded(one.sysctl, *held, host_) && PutBack(one)) early_.push_back(std::move(one));
  }
  SayIfInterrupted();
}

// Ends the time of deferred signals.
void Leftovers::SayIfInterrupted() {
  std::vector<std::string> all = out_.put_back;
  for (const StillOn& one : early_) all.push_back(PutBackText(one));
  SetPutBack(fmt::format("{}", fmt::join(all, ", ")));
  TakeSignals();
}

bool Leftovers::SetAgain(const StillOn& one, const Held& held) const {
  return IsNeeded(one.sysctl, held, host_) && one.sysctl.Write(host_.proc, one.recorded.after).has_value();
}

void Leftovers::AfterFailure(Console& console) {
  if (early_.empty()) return;
  const auto held = ReadHeld(All);
  DeferSignals();
  // Where nobody can tell whether the rule that protects 127.0.0.0/8 is there, it stays off.
  if (held) std::erase_if(early_, [&](const StillOn& one) { return SetAgain(one, *held); });
  SayIfInterrupted();
  for (const StillOn& one : early_) {
    console.Note(
        fmt::format("{} was put back all the same, as it was before natplan; if it is needed: natplan "
                    "apply FILE --sysctl",
                    PutBackText(one)));
  }
}

Leftovers::Result Leftovers::AfterChange(std::string_view puts_back) {
  auto [on, unknown] = FindStillOn(record_, host_);
  out_.notes = std::move(unknown);
  if (on.empty() && early_.empty()) return std::move(out_);
  const auto said = [&](const StillOn& one) {
    out_.put_back.push_back(PutBackText(one));
    (void)record_->TakeAway(one.recorded);  // a line too many counts for nothing: the value tells
  };
  const auto held = ReadHeld(All);
  if (!held) {
    std::ranges::for_each(std::exchange(early_, {}), said);
    out_.notes.push_back("what is needed of the kernel parameters that natplan set cannot be told: " +
                         held.error().text);
    for (const StillOn& one : on) out_.left_on.push_back(one.sysctl.name());
    return std::move(out_);
  }
  DeferSignals();
  for (const StillOn& one : std::exchange(early_, {})) {
    if (!SetAgain(one, *held)) said(one);
  }
  // Backwards: the common switch changes others too, which are put right after it.
  for (const StillOn& one : std::views::reverse(on)) {
    if (IsNeeded(one.sysctl, *held, host_)) continue;
    if (call_.sysctl && PutBack(one)) {
      said(one);
    } else if (!one.IsBystander()) {
      out_.left_on.push_back(one.sysctl.name());
      out_.notes.push_back(LeftOn(one, puts_back));
    }
  }
  SayIfInterrupted();
  return std::move(out_);
}

void AddTo(const Leftovers::Result& result, Json& json) {
  json["sysctls_put_back"] = result.put_back;
  json["sysctls_left_on"] = result.left_on;
}

void Print(const Leftovers::Result& result, Console& console) {
  for (const std::string& one : result.put_back)
    console.Line(fmt::format("# sysctl {}, as it was before", one), Style::kComment);
}

ExitCode SayParameterError(const std::optional<Error>& error, ExitCode code, Console& console) {
  if (!error) return code;
  console.Error(*error);
  return code == ExitCode::kDone ? ToExitCode(error->code) : code;
}

}  // namespace natplan::cli
