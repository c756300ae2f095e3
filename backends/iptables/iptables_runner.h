// The seam between planning for iptables and running its programs.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_

#include <expected>
#include <string>

#include "backends/iptables/file_lock.h"
#include "core/plan/executor.h"
#include "core/values/address.h"
#include "core/values/error.h"

namespace natplan {

// Each call gives up at `deadline` with kDeadline. kNotSupported: this host or kernel has no iptables nat of
// the family. Not thread-safe.
class IptablesRunner {
 public:
  virtual ~IptablesRunner() = default;
  // What iptables-save prints. Creates nothing in the kernel.
  virtual std::expected<std::string, Error> Save(Family family, TimePoint deadline) = 0;
  // Carries out what RestoreInput() gives, or only looks whether it could be. kRefused: nothing was changed.
  // kUnknownOutcome: stopped in the middle; it may or may not have been carried out.
  virtual std::expected<void, Error> Restore(Family family, const std::string& input, bool check_only,
                                             TimePoint deadline) = 0;
  // Save() of the variant of iptables that is not in use (legacy beside nft, nft beside legacy);
  // kNotSupported where there is none.
  virtual std::expected<std::string, Error> SaveOther(Family family, TimePoint deadline) = 0;
  // Keeps other natplan processes from reading and changing until the lock is destroyed.
  virtual std::expected<FileLock, Error> Lock(TimePoint deadline) = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_RUNNER_H_
