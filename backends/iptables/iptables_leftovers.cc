#include "backends/iptables/iptables_leftovers.h"

#include <algorithm>
#include <iterator>

namespace natplan {
namespace {

bool IsPassedOver(const std::expected<bool, Error>& holds, bool adds) {
  return adds && !holds && holds.error().code == ErrorCode::kUnreadable;
}

}  // namespace

std::expected<std::vector<OwnedIntent>, Error> IptablesLeftovers::Intents(bool adds, TimePoint deadline) {
  const auto holds = context_.Holds(deadline);
  if (IsPassedOver(holds, adds)) return {};
  if (!holds) return std::unexpected(holds.error());
  none_ = !*holds;
  if (none_) return {};
  return context_.Intents(deadline);
}

std::expected<void, Error> IptablesLeftovers::TakeAway(const std::set<Owner>& owners, Scope scope, Mode mode,
                                                       bool adds, TimePoint deadline, Report& report) {
  const auto holds = context_.Holds(deadline);
  if (IsPassedOver(holds, adds)) {
    report.notes.push_back(
        "whether iptables holds rules of natplan, from before nf_tables was used, could not be "
        "looked at: " +
        holds.error().text);
    return {};
  }
  if (holds && !*holds) {
    none_ = true;
    return {};
  }
  auto taken = holds ? context_.Apply(IptablesWish{.mine = owners, .scope = scope}, mode, deadline)
                     : std::unexpected(holds.error());
  if (!taken) {
    Error error = std::move(taken.error());
    if (mode == Mode::kPlan) return std::unexpected(std::move(error));
    error.text =
        "rules of natplan that iptables may have could not be taken away, and would act beside "
        "nf_tables, which holds what was asked for: " +
        error.text;
    if (report.changed) error.code = ErrorCode::kUnknownOutcome;
    return std::unexpected(std::move(error));
  }
  if (!taken->changed && IsEmpty(taken->lines)) return {};
  report.changed |= taken->changed;
  report.iptables = std::move(taken->lines);
  std::ranges::move(taken->notes, std::back_inserter(report.notes));
  report.notes.emplace_back(mode == Mode::kPlan
                                ? "iptables holds rules of natplan, from before nf_tables was used; they "
                                  "would be taken away"
                                : "iptables held rules of natplan, from before nf_tables was used; they are "
                                  "taken away");
  return {};
}

}  // namespace natplan
