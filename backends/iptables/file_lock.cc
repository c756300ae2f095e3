#include "backends/iptables/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>

#include "core/plan/backoff.h"

namespace natplan {

std::expected<FileLock, Error> FileLock::Acquire(const std::vector<std::string>& paths, TimePoint deadline) {
  FileLock lock;
  for (const std::string& path : paths) {
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) {
      lock.note_ += (lock.note_.empty() ? "" : "; ") + ("no lock on " + path + ": ") +
                    std::generic_category().message(errno);
      continue;
    }
    // Different for each process, so that two do not ask in lockstep.
    Backoff backoff(static_cast<std::uint64_t>(getpid()));
    while (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        const int saved = errno;
        return std::unexpected(
            Error{.code = ErrorCode::kEnvironment,
                  .errno_value = saved,
                  .text = "cannot lock " + path + ": " + std::generic_category().message(saved)});
      }
      const TimePoint now = std::chrono::steady_clock::now();
      if (now >= deadline) {
        return std::unexpected(Error{.code = ErrorCode::kDeadline,
                                     .errno_value = ETIMEDOUT,
                                     .text = "another process of natplan holds " + path +
                                             " and did not give it back in time; nothing was changed"});
      }
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(backoff.Next(), deadline - now));
    }
    lock.file_ = std::move(file);
    lock.note_.clear();
    return lock;
  }
  return lock;
}

}  // namespace natplan
