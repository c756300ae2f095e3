#include "backends/read_until.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "core/plan/backoff.h"
#include "core/plan/recovery.h"

namespace natplan {

std::expected<Snapshot, Error> ReadUntil(TimePoint deadline, Executor& executor, const ReadRequest& request) {
  Backoff backoff(static_cast<std::uint64_t>(getpid()));
  for (;;) {
    auto snapshot = executor.Read(request, deadline);
    if (snapshot) return std::move(*snapshot);
    if (!snapshot.error().torn) return std::unexpected(Classify(snapshot.error()));
    const TimePoint next = std::chrono::steady_clock::now() + backoff.Next();
    if (next >= deadline) {
      return std::unexpected(
          Error{.code = ErrorCode::kDeadline,
                .errno_value = ETIMEDOUT,
                .text = "other programs changed the ruleset during each reading until the time was "
                        "over; try again, or give more time with --deadline"});
    }
    std::this_thread::sleep_until(next);
  }
}

}  // namespace natplan
