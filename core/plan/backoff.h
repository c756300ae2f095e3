// Waits between tries: growing, and jittered so that several processes do not run in lockstep.
#ifndef NATPLAN_CORE_PLAN_BACKOFF_H_
#define NATPLAN_CORE_PLAN_BACKOFF_H_

#include <chrono>
#include <cstdint>

namespace natplan {

// Deterministic: the same seed gives the same waits.
class Backoff {
 public:
  explicit Backoff(std::uint64_t seed) : state_(seed) {}

  void Reset() { tries_ = 0; }
  // Half to all of 100 us, 200 us, 400 us, ... and never more than 2 ms. With equal waits, 8 processes needed
  // up to 65 tries for one change. Longer waits starve whoever lost often: those who come anew wait less and
  // go first. With up to 20 ms, of 8 processes on two busy cores, the slowest call took 3 s instead of 1.5 s.
  std::chrono::nanoseconds Next() {
    constexpr std::chrono::nanoseconds kFirst = std::chrono::microseconds(100);
    constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds(2);
    auto whole = kFirst;
    for (unsigned i = 0; i < tries_ && whole < kMost; ++i) whole *= 2;
    if (whole > kMost) whole = kMost;
    ++tries_;
    const auto half = static_cast<std::uint64_t>(whole.count()) / 2;
    return std::chrono::nanoseconds(half + Random() % (half + 1));
  }

 private:
  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t Random() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
  unsigned tries_ = 0;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_BACKOFF_H_
