#include "backends/bounded_commit.h"

#include <cerrno>
#include <new>
#include <utility>
#include <variant>

#include "core/plan/commit_memory.h"

namespace natplan {
namespace {

int ErrnoOf(const Outcome& outcome) {
  if (const auto* refused = std::get_if<Refused>(&outcome)) return refused->refusals.front().errno_value;
  if (const auto* not_sent = std::get_if<NotSent>(&outcome)) return not_sent->errno_value;
  const auto* unknown = std::get_if<Unknown>(&outcome);
  return unknown != nullptr ? unknown->errno_value : 0;
}

}  // namespace

std::optional<NotSent> BoundedCommit::Refusal(const Transaction& step) const {
  const std::uint64_t elements = ElementsOf(step);
  if (elements <= kHarmlessElements || !options_.available) return std::nullopt;
  const auto available = options_.available();
  if (!available) return std::nullopt;
  auto shortage = MemoryShortage(elements, *available);
  if (!shortage) return std::nullopt;
  return NotSent{.errno_value = EMSGSIZE, .text = *std::move(shortage)};
}

// What was refused or not sent is all there is, unless steps were carried out before.
Outcome BoundedCommit::Stop(Outcome outcome) {
  const bool begun = next_ > 0;
  steps_.reset();
  next_ = 0;
  if (!begun) return outcome;
  return Unknown{ErrnoOf(outcome)};
}

std::optional<Outcome> BoundedCommit::Advance(Executor& executor, const Transaction& transaction,
                                              TimePoint now, TimePoint deadline) {
  commits_ = 1;
  if (next_ > 0 && now >= deadline) return Stop(Unknown{ETIMEDOUT});
  Steps::Step step;
  try {
    if (!steps_ && options_.most > 0 && ElementsOf(transaction) > options_.most) {
      steps_.emplace(transaction, options_.most);
      of_ = done_ + steps_->size();
    }
    if (steps_ && steps_->size() > 1) step = steps_->At(next_);
    const Transaction& sent = step.transaction.operations.empty() ? transaction : step.transaction;
    if (auto refusal = Refusal(sent)) return Stop(*std::move(refusal));
  } catch (const std::bad_alloc&) {
    return Stop(NotSent{.errno_value = ENOMEM});
  }
  if (step.transaction.operations.empty()) return Stop(CommitOne(executor, transaction, deadline));
  Outcome outcome = CommitOne(executor, step.transaction, deadline);
  if (auto* refused = std::get_if<Refused>(&outcome)) {
    for (natplan::Refusal& one : refused->refusals) step.ToWhole(one);
  }
  if (!std::holds_alternative<Committed>(outcome)) return Stop(std::move(outcome));
  ++next_;
  ++done_;
  Say();
  if (next_ < steps_->size()) return std::nullopt;
  commits_ = static_cast<std::uint32_t>(std::exchange(next_, 0));
  steps_.reset();
  return outcome;
}

// What the caller's function throws is no reason to stop between the old and the new.
void BoundedCommit::Say() const noexcept {
  if (!options_.progress) return;
  try {
    options_.progress(done_, of_);
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
}

Outcome BoundedCommit::CommitOne(Executor& executor, const Transaction& transaction, TimePoint deadline) {
  try {
    return executor.Commit(transaction, deadline);
  } catch (const std::bad_alloc&) {
    // Before or after it was sent: nobody can tell.
    return Unknown{ENOMEM};
  }
}

void BoundedCommit::Reset() {
  steps_.reset();
  next_ = 0;
  commits_ = 1;
  done_ = 0;
  of_ = 0;
}

}  // namespace natplan
