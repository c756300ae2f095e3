#include "backends/iptables/fake_iptables.h"

#include <cstddef>
#include <sstream>
#include <utility>

#include "core/plan/test_nat_table.h"

namespace natplan {

std::expected<std::string, Error> FakeIptablesRunner::Save(Family family, TimePoint) {
  const auto index = static_cast<std::size_t>(family);
  if (fake_->save_answer[index]) return *fake_->save_answer[index];
  return SavedText(fake_->rules[index]);
}

std::expected<void, Error> FakeIptablesRunner::Restore(Family family, const std::string& input,
                                                       bool check_only, TimePoint) {
  const auto index = static_cast<std::size_t>(family);
  if (!check_only) {
    ++fake_->restores;
    if (fake_->before_restore) fake_->before_restore(fake_->restores);
  }
  const auto& error = check_only ? fake_->test_error[index] : fake_->restore_error[index];
  if (error) return std::unexpected(*error);
  std::vector<std::string> rules = fake_->rules[index];
  std::istringstream lines(input);
  for (std::string line; std::getline(lines, line);) {
    if (line == "*nat" || line == "COMMIT") continue;
    if (!TakeLine(rules, line))
      return std::unexpected(Error{.code = ErrorCode::kRefused, .text = "no such rule: " + line});
  }
  if (!check_only) fake_->rules[index] = std::move(rules);
  return {};
}

std::expected<std::string, Error> FakeIptablesRunner::SaveOther(Family family, TimePoint deadline) {
  fake_->other_deadline = deadline;
  return SavedText(fake_->other_rules[static_cast<std::size_t>(family)]);
}

std::expected<FileLock, Error> FakeIptablesRunner::Lock(TimePoint deadline) {
  ++fake_->locks;
  if (fake_->lock_error) return std::unexpected(*fake_->lock_error);
  return FileLock::Acquire(fake_->lock_files, deadline);
}

}  // namespace natplan
