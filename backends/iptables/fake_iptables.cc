#include "backends/iptables/fake_iptables.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/plan/test_nat_table.h"
#include "core/text/iptables_text.h"

namespace natplan {

std::expected<std::string, Error> FakeIptablesRunner::Save(IptablesSide side, Family family, TimePoint) {
  const bool other = side == IptablesSide::kOther;
  if (const auto& answer = (other ? fake_->other_save_answer : fake_->save_answer)[family]) return *answer;
  return SavedText((other ? fake_->other_rules : fake_->rules)[family]);
}

std::expected<void, Error> FakeIptablesRunner::Restore(IptablesSide side, Family family,
                                                       const std::string& input, bool check_only, TimePoint) {
  const bool other = side == IptablesSide::kOther;
  if (!check_only) {
    ++fake_->restores;
    if (fake_->before_restore) fake_->before_restore(fake_->restores);
  }
  const auto& error = other        ? fake_->other_restore_error[family]
                      : check_only ? fake_->test_error[family]
                                   : fake_->restore_error[family];
  std::vector<std::string>& kept = (other ? fake_->other_rules : fake_->rules)[family];
  std::vector<std::string> rules = kept;
  std::istringstream lines(input);
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    if (line == "*nat" && error) return std::unexpected(*error);
    if (line.starts_with("*")) {
      table = line == "*raw" ? kInRaw : "";
    } else if (line == "COMMIT") {
      if (!check_only) kept = rules;
    } else if (!TakeLine(rules, table + line)) {
      return std::unexpected(Error{.code = ErrorCode::kRefused, .text = "no such rule: " + line});
    }
  }
  if (check_only) return {};
  if (fake_->lost_outcomes[family] == 0) return {};
  --fake_->lost_outcomes[family];
  return std::unexpected(Error{.code = ErrorCode::kUnknownOutcome, .text = "the exit status was lost"});
}

std::expected<bool, Error> FakeIptablesRunner::Holds(IptablesSide side, Family family, std::string_view table,
                                                     std::string_view comment, TimePoint) {
  if (fake_->holds_error[family]) return std::unexpected(*fake_->holds_error[family]);
  const auto saved = ReadSavedTable(
      SavedText((side == IptablesSide::kOther ? fake_->other_rules : fake_->rules)[family]), table);
  return saved && std::ranges::any_of(
                      saved->rules, [&](const SavedRule& rule) { return rule.comment.starts_with(comment); });
}

std::expected<FileLock, Error> FakeIptablesRunner::Lock(TimePoint deadline) {
  ++fake_->locks;
  if (fake_->lock_error) return std::unexpected(*fake_->lock_error);
  return FileLock::Acquire(fake_->lock_files, deadline);
}

}  // namespace natplan
