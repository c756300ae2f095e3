// A descriptor that becomes readable at a point in time, for event loops.
#ifndef NATPLAN_BACKENDS_WAKEUP_H_
#define NATPLAN_BACKENDS_WAKEUP_H_

#include <expected>

#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan {

// A timerfd(2) of the monotonic clock, close-on-exec, non-blocking, above 2. Not thread-safe.
class Wakeup {
 public:
  static std::expected<Wakeup, Error> Open();
  Wakeup(Wakeup&& other) noexcept;
  Wakeup& operator=(Wakeup&& other) noexcept;
  ~Wakeup();

  int descriptor() const { return descriptor_; }  // owned by this
  // Readable from `when` on, and until it is armed for another time.
  void Arm(TimePoint when);
  void Disarm();

 private:
  explicit Wakeup(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_WAKEUP_H_
