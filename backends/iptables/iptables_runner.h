// The seam between planning for iptables and running its programs.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_

#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "backends/iptables/file_lock.h"
#include "core/plan/executor.h"
#include "core/values/address.h"
#include "core/values/error.h"

namespace natplan {

// A host may have two variants of iptables, legacy and nft: the one that natplan uses there, and the other.
enum class IptablesSide { kUsed, kOther };
inline constexpr std::array<IptablesSide, 2> kIptablesSides = {IptablesSide::kUsed, IptablesSide::kOther};

// Each call gives up at `deadline` with kDeadline. kNotSupported: this host or kernel has no iptables nat of
// the family. Not thread-safe.
class IptablesRunner {
 public:
  virtual ~IptablesRunner() = default;
  // What iptables-save prints. Creates nothing in the kernel. kUnreadable: the program failed, or nobody
  // knows whether it did.
  virtual std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) = 0;
  // Carries out what RestoreInput() gives, or only looks whether it could be. kRefused: the program says that
  // it changed nothing. kUnknownOutcome: stopped in the middle; it may or may not have been carried out.
  virtual std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                             bool check_only, TimePoint deadline) = 0;
  // Whether the table, nat or raw, has a rule whose comment begins so, asked of the kernel without these
  // programs. Where nobody knows which variant is used, either of them counts as that one, and the other has
  // it if both have.
  virtual std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                           std::string_view comment, TimePoint deadline) = 0;
  // Keeps other natplan processes from reading and changing until the lock is destroyed.
  virtual std::expected<FileLock, Error> Lock(TimePoint deadline) = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_
