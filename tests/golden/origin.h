// The origin's operations, one by one through the facade.
#ifndef NATPLAN_TESTS_GOLDEN_ORIGIN_H_
#define NATPLAN_TESTS_GOLDEN_ORIGIN_H_

#include <functional>
#include <string>

#include "backends/nat.h"

namespace natplan::golden {

// What the origin's own test does, in its order; `after` is called after each call. Stops where a
// call fails and returns why; empty if all went through.
std::string CarryOutOriginsOperations(Nat& nat, const std::function<void()>& after);

// What is then put in, so that a listing shows elements of every kind, in both families.
std::string FillOriginsTables(Nat& nat);

// `text` without the lines that begin with "# new generation".
std::string WithoutGenerations(const std::string& text);

}  // namespace natplan::golden

#endif  // NATPLAN_TESTS_GOLDEN_ORIGIN_H_
