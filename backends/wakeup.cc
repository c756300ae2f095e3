#include "backends/wakeup.h"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace natplan {

std::expected<Wakeup, Error> Wakeup::Open() {
  Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer.is_open()) {
    return std::unexpected(Error{.code = ErrorCode::kEnvironment,
                                 .errno_value = errno,
                                 .text = "no timer descriptor could be opened"});
  }
  return Wakeup(std::move(timer));
}

void Wakeup::Arm(TimePoint when) {
  // steady_clock is CLOCK_MONOTONIC; a value of zero would disarm, so what is past is one nanosecond.
  const auto nanoseconds = std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count());
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000);
  spec.it_value.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
  timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Wakeup::Disarm() {
  const itimerspec never{};
  timerfd_settime(timer_.number(), 0, &never, nullptr);
}

}  // namespace natplan
