#include "backends/iptables/fake_iptables.h"

#include <algorithm>
#include <cstddef>
#include <sstream>

namespace natplan {
namespace {

std::string Listing(const std::vector<std::string>& rules) {
  std::string text = "*nat\n:PREROUTING ACCEPT [0:0]\n";
  for (const std::string& rule : rules) text += "-A " + rule + "\n";
  return text + "COMMIT\n";
}

}  // namespace

std::expected<std::string, Error> FakeIptablesRunner::Save(Family family, TimePoint) {
  const auto index = static_cast<std::size_t>(family);
  if (fake_->save_answer[index]) return *fake_->save_answer[index];
  return Listing(fake_->rules[index]);
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
    const std::size_t spec = line.find(' ', 3) + 1;
    const std::string chain = line.substr(3, spec - 3);
    if (line.starts_with("-I ")) {
      rules.insert(rules.begin(), chain + line.substr(spec + 2));  // behind "1 "
      continue;
    }
    const auto at = std::ranges::find(rules, chain + line.substr(spec));
    if (at == rules.end())
      return std::unexpected(Error{.code = ErrorCode::kRefused, .text = "no such rule: " + line});
    rules.erase(at);
  }
  if (!check_only) fake_->rules[index] = std::move(rules);
  return {};
}

std::expected<std::string, Error> FakeIptablesRunner::SaveOther(Family family, TimePoint deadline) {
  fake_->other_deadline = deadline;
  return Listing(fake_->other_rules[static_cast<std::size_t>(family)]);
}

std::expected<FileLock, Error> FakeIptablesRunner::Lock(TimePoint deadline) {
  ++fake_->locks;
  if (fake_->lock_error) return std::unexpected(*fake_->lock_error);
  return FileLock::Acquire(fake_->lock_files, deadline);
}

}  // namespace natplan
