// Random sequences, each of which depends on its seed and on nothing else.
#ifndef NATPLAN_TESTS_MODEL_SEQUENCES_H_
#define NATPLAN_TESTS_MODEL_SEQUENCES_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

namespace natplan {

// Runs those with the seeds from 1 to `usually` until one fails the test, and says how to repeat that one
// with `target`. NATPLAN_SEQUENCES=N runs N of them, NATPLAN_SEED=N the one with that seed alone. Returns how
// many were run; 0 if it was one alone, or one failed: then there is nothing to be said about all of them.
std::uint32_t RunSequences(std::uint32_t usually, const char* target,
                           const std::function<void(std::uint32_t seed)>& run);

// Has the world take one step after the other, until one fails the test.
template <typename World>
void TakeSteps(World& world, int steps) {
  for (int step = 0; step < steps; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    world.Step();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_SEQUENCES_H_
