// Iptables' nat tables in memory, for tests of what stands on a runner.
#ifndef NATPLAN_BACKENDS_IPTABLES_FAKE_IPTABLES_H_
#define NATPLAN_BACKENDS_IPTABLES_FAKE_IPTABLES_H_

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backends/iptables/iptables_runner.h"
#include "core/values/per_family.h"

namespace natplan {

// What a test looks at and changes; it outlives the runner.
struct FakeIptables {
  PerFamily<std::vector<std::string>> rules = {};        // "CHAIN SPEC"
  PerFamily<std::vector<std::string>> other_rules = {};  // of the variant that is not in use
  // The answer of iptables-save, instead of the rules.
  PerFamily<std::optional<std::expected<std::string, Error>>> save_answer = {};
  PerFamily<std::optional<std::expected<std::string, Error>>> other_save_answer = {};
  // Why iptables-restore fails, for real and with --test.
  PerFamily<std::optional<Error>> restore_error = {};
  PerFamily<std::optional<Error>> test_error = {};
  PerFamily<std::optional<Error>> other_restore_error = {};
  // The restore is carried out, and its outcome is lost, so many times.
  PerFamily<int> lost_outcomes = {};
  // Why the kernel itself cannot be asked.
  PerFamily<std::optional<Error>> holds_error = {};
  std::optional<Error> lock_error = {};
  std::vector<std::string> lock_files = {};  // none: nothing is locked
  // Called before each real restore, with its number from 1 on: what another program does meanwhile.
  std::function<void(int)> before_restore = {};
  int restores = 0;
  int locks = 0;
};

class FakeIptablesRunner final : public IptablesRunner {
 public:
  explicit FakeIptablesRunner(FakeIptables* fake) : fake_(fake) {}
  std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) override;
  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                     bool check_only, TimePoint deadline) override;
  std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                   std::string_view comment, TimePoint deadline) override;
  std::expected<FileLock, Error> Lock(TimePoint deadline) override;

 private:
  FakeIptables* fake_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_FAKE_IPTABLES_H_
