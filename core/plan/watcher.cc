#include "core/plan/watcher.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/text/nft_text.h"
#include "core/text/shown_text.h"

namespace natplan {
namespace {

// A program that changes our table all the time must not keep us busy all the time.
constexpr std::chrono::milliseconds kBetweenLooks{50};
// Repairs that follow each other wait ever longer, and a program that undoes each of them is left alone.
constexpr std::chrono::seconds kLately{60};
constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{5000};
constexpr std::size_t kMostRestores = 12;
// What is kept of a flood of changes until the next look.
constexpr std::size_t kMostChanges = 100;

// After this many tries in a row, at least one.
std::chrono::nanoseconds DelayAfter(std::size_t tries) {
  auto delay = kFirstDelay;
  for (std::size_t i = 1; i < tries && delay < kLongestDelay; ++i) delay *= 2;
  return std::min(delay, kLongestDelay);
}

std::string Who(const ForeignChange& change) {
  const std::string name = change.process_name.empty() ? "a program" : ShownText(change.process_name);
  return name + " (pid " + std::to_string(change.process) + ")";
}

std::vector<std::string> LinesOf(const Report& report) {
  std::vector<std::string> lines;
  for (const Transaction* step : {&report.first_step, &report.transaction}) {
    for (const Operation& operation : step->operations) {
      for (std::string& line : ToLines(operation)) lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::set<std::string> LostOf(const Report& report) {
  std::set<std::string> lost;
  for (const Error& error : report.lost) lost.insert(ToString(error));
  return lost;
}

}  // namespace

void Watcher::Say(WatchEvent event, std::string text, std::string who) {
  lines_.push_back({event, std::move(text), std::move(who)});
}

std::vector<WatchLine> Watcher::TakeLines() { return std::exchange(lines_, {}); }

WatchStep Watcher::Next(TimePoint now) {
  if (stop_) return StopStep{*stop_};
  if (!look_ && !restore_) return AttendStep{};
  if (not_before_ && now < *not_before_) return AttendStep{not_before_};
  if (restore_) return RestoreStep{};
  return LookStep{};
}

void Watcher::OnChange(ForeignChange change) {
  look_ = true;
  if (changes_.size() < kMostChanges) {
    changes_.push_back(std::move(change));
  } else {
    ++omitted_changes_;
  }
}

void Watcher::OnOverrun() {
  look_ = true;
  Say(WatchEvent::kProblem, "notifications of the kernel were lost; looking at everything");
}

void Watcher::OnShortage() {
  look_ = true;
  Say(WatchEvent::kProblem, "out of memory: changes may not have been said; looking at everything");
}

// Says what went wrong, and looks again later or gives up.
bool Watcher::Fails(const Result& result, TimePoint now) {
  if (result) {
    failures_ = 0;
    problem_.clear();
    return false;
  }
  SayChanges();  // What is in the way is among them.
  const Error& error = result.error();
  switch (error.code) {
    case ErrorCode::kNotPermitted:
    case ErrorCode::kNotSupported:
    case ErrorCode::kInvalidArgument:
      stop_ = error;
      return true;
    default:
      break;
  }
  // One that stays is said once.
  if (std::string text = ToString(error); text != problem_) {
    Say(WatchEvent::kProblem, text);
    problem_ = std::move(text);
  }
  look_ = true;
  restore_ = false;
  not_before_ = now + DelayAfter(++failures_);
  return true;
}

void Watcher::SayChanges() {
  for (ForeignChange& change : std::exchange(changes_, {})) {
    const std::string who = Who(change);
    for (std::string& line : change.lines) Say(WatchEvent::kChanged, std::move(line), who);
    if (change.omitted > 0)
      Say(WatchEvent::kChanged, "and " + std::to_string(change.omitted) + " more changes", who);
  }
  if (const std::size_t more = std::exchange(omitted_changes_, 0); more > 0)
    Say(WatchEvent::kChanged, "and " + std::to_string(more) + " more transactions");
}

// Each conflict is said once, and once more when it is over.
void Watcher::SayShortcomings(std::set<std::string> lost) {
  for (const std::string& text : lost) {
    if (!lost_.contains(text)) Say(WatchEvent::kLost, text);
  }
  if (lost.empty() && !lost_.empty()) Say(WatchEvent::kRegained, "nobody else holds what is wanted any more");
  lost_ = std::move(lost);
}

void Watcher::OnLook(const Result& result, TimePoint now) {
  if (!look_ || restore_) return;
  look_ = false;
  not_before_ = now + kBetweenLooks;
  if (Fails(result, now)) return;
  const std::vector<std::string> differs = LinesOf(*result);
  std::set<std::string> foreign(result->foreign.begin(), result->foreign.end());
  std::set<std::string> lost = LostOf(*result);
  const bool more_foreign = !std::ranges::includes(foreign_, foreign);
  const bool more_lost = !std::ranges::includes(lost_, lost);
  if (!differs.empty() || more_foreign || more_lost) SayChanges();
  changes_.clear();
  omitted_changes_ = 0;
  for (const std::string& text : foreign) {
    if (!foreign_.contains(text)) Say(WatchEvent::kForeign, text);
  }
  foreign_ = std::move(foreign);
  SayShortcomings(std::move(lost));
  if (policy_ == WatchPolicy::kRestore) {
    if (!differs.empty()) PlanRestore(now);
  } else if (differs != differs_) {
    for (const std::string& line : differs) Say(WatchEvent::kDiffers, line);
    if (differs.empty()) Say(WatchEvent::kRestored, "everything is as wanted again");
  }
  differs_ = differs;
}

void Watcher::OnRestored(const Result& result, TimePoint now) {
  if (!restore_) return;
  restore_ = false;
  if (Fails(result, now)) return;
  // Others may have acted between the look and the repair; their notifications follow.
  for (std::string& line : LinesOf(*result)) Say(WatchEvent::kRestored, std::move(line));
  SayShortcomings(LostOf(*result));
  restored_.push_back(now);
  not_before_ = now + kBetweenLooks;
}

// The first repair is made at once. Those that follow each other wait ever longer.
void Watcher::PlanRestore(TimePoint now) {
  while (!restored_.empty() && now - restored_.front() > kLately) restored_.pop_front();
  if (restored_.size() >= kMostRestores) {
    stop_ = Error{.code = ErrorCode::kConflict,
                  .errno_value = EEXIST,
                  .text = "another program undoes each repair (" + std::to_string(kMostRestores) +
                          " in a minute, see the lines above); stop it or give it another table, and start "
                          "natplan watch again"};
    return;
  }
  restore_ = true;
  not_before_.reset();
  if (!restored_.empty()) not_before_ = now + DelayAfter(restored_.size());
}

}  // namespace natplan
