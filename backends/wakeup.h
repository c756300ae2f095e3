// A descriptor that becomes readable at a point in time, for event loops.
#ifndef NATPLAN_BACKENDS_WAKEUP_H_
#define NATPLAN_BACKENDS_WAKEUP_H_

#include <expected>
#include <utility>

#include "backends/descriptor.h"
#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan {

// A timerfd(2) of the monotonic clock, close-on-exec, non-blocking, above 2. Not thread-safe.
class Wakeup {
 public:
  static std::expected<Wakeup, Error> Open();
  int descriptor() const { return timer_.number(); }  // owned by this
  // Readable from `when` on, and until it is armed for another time.
  void Arm(TimePoint when);
  void Disarm();

 private:
  explicit Wakeup(Descriptor timer) : timer_(std::move(timer)) {}
  Descriptor timer_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_WAKEUP_H_
