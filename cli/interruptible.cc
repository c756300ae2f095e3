#include "cli/interruptible.h"

#include <expected>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "cli/interrupt.h"

namespace natplan::cli {
namespace {

// Gives back what to say if the change is refused.
Standing BeginChange() {
  const Standing before = CurrentStanding();
  SetStanding(Standing::kUnknown);
  DeferSignals();
  return before;
}

void Refuse(Standing before) {
  SetStanding(before);
  // What was changed earlier in the same call is not settled yet, unless that were steps.
  if (before == Standing::kUnchanged || before == Standing::kPart) TakeSignals();
}

class InterruptibleExecutor final : public Executor {
 public:
  InterruptibleExecutor(std::unique_ptr<Executor> executor, bool in_steps)
      : executor_(std::move(executor)), in_steps_(in_steps) {}

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    return executor_->Read(request, deadline);
  }

  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    if (transaction.check_only) return executor_->Commit(transaction, deadline);
    const Standing before = BeginChange();
    Outcome outcome = executor_->Commit(transaction, deadline);
    if (std::holds_alternative<Committed>(outcome) && !in_steps_) SetStanding(Standing::kChanged);
    if (std::holds_alternative<Refused>(outcome) || std::holds_alternative<NotSent>(outcome)) Refuse(before);
    return outcome;
  }

  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    return executor_->Drain(tables, since);
  }

 private:
  std::unique_ptr<Executor> executor_;
  bool in_steps_;
};

class InterruptibleRunner final : public IptablesRunner {
 public:
  explicit InterruptibleRunner(std::unique_ptr<IptablesRunner> runner) : runner_(std::move(runner)) {}

  std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) override {
    return runner_->Save(side, family, deadline);
  }

  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                     bool check_only, TimePoint deadline) override {
    if (check_only) return runner_->Restore(side, family, input, check_only, deadline);
    // The rules were read again, and what was stopped is to be done as if it had never been begun.
    if (stopped_ == std::tuple(side, family, input)) {
      SetStanding(Standing::kUnchanged);
      TakeSignals();
    }
    const Standing before = BeginChange();
    auto restored = runner_->Restore(side, family, input, check_only, deadline);
    made_one_ |= restored.has_value();
    if (!restored && SignalCame() && !made_one_) stopped_ = std::tuple(side, family, input);
    if (!restored && restored.error().code != ErrorCode::kUnknownOutcome) Refuse(before);
    return restored;
  }

  std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                   std::string_view comment, TimePoint deadline) override {
    return runner_->Holds(side, family, table, comment, deadline);
  }
  std::expected<FileLock, Error> Lock(TimePoint deadline) override { return runner_->Lock(deadline); }

 private:
  std::unique_ptr<IptablesRunner> runner_;
  bool made_one_ = false;
  // The change that a signal, or what it led to, kept from its end.
  std::optional<std::tuple<IptablesSide, Family, std::string>> stopped_;
};

}  // namespace

std::unique_ptr<Executor> Interruptible(std::unique_ptr<Executor> executor, bool in_steps) {
  return std::make_unique<InterruptibleExecutor>(std::move(executor), in_steps);
}

std::unique_ptr<IptablesRunner> Interruptible(std::unique_ptr<IptablesRunner> runner) {
  return std::make_unique<InterruptibleRunner>(std::move(runner));
}

}  // namespace natplan::cli
