// A lock between processes, on a file.
#ifndef NATPLAN_BACKENDS_IPTABLES_FILE_LOCK_H_
#define NATPLAN_BACKENDS_IPTABLES_FILE_LOCK_H_

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "backends/descriptor.h"
#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan {

// flock(2): given back with the value, and by the kernel when the process ends.
class FileLock {
 public:
  FileLock() = default;  // nothing is locked

  // Locks the first of `paths` that can be opened; creates it, for its owner only. If none can, nothing is
  // locked and note() says why: a process without rights is alone with its network namespace most of the
  // time. kDeadline (ETIMEDOUT) names the file that somebody else holds.
  static std::expected<FileLock, Error> Acquire(const std::vector<std::string>& paths, TimePoint deadline);

  const std::string& note() const { return note_; }

 private:
  explicit FileLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
  std::string note_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_FILE_LOCK_H_
