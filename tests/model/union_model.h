// Random edits against a kernel that others change as well. The oracle is two plain collections: what this
// context wants, and what foreign programs put there.
#ifndef NATPLAN_TESTS_MODEL_UNION_MODEL_H_
#define NATPLAN_TESTS_MODEL_UNION_MODEL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/reconciler.h"
#include "tests/model/model_kernel.h"

namespace natplan {

// A context, its kernel, and what should be in there.
struct UnionWorld {
  explicit UnionWorld(const KernelMaker& make = Simulated(), Scope scope = Scope::kOwn)
      : kernel(make), reconciler({.scope = scope}) {}

  ModelKernel kernel;
  std::unique_ptr<Executor> executor = kernel.Open();
  Reconciler reconciler;
  TimePoint now{std::chrono::seconds(1)};
  std::set<std::pair<std::string, Prefix>> prefixes = {};              // owner, prefix
  std::map<HostPort, std::pair<std::string, Endpoint>> forwards = {};  // owner, target
  std::set<Prefix> foreign_prefixes = {};
  std::map<HostPort, Endpoint> foreign_forwards = {};
};

// Runs a call to its end.
Result RunCall(UnionWorld& world, const std::vector<Edit>& edits);
// The context wants this from now on.
void Apply(const Edit& edit, UnionWorld& world);
// What the kernel's set and map hold, as text; nodes that do not pair appear as such.
std::set<std::string> WhatIsThere(UnionWorld& world);
// What must be there after a call that succeeded: everything wanted that nothing foreign stands in the way
// of.
std::set<std::string> Expected(const UnionWorld& world);
std::size_t Size(const DesiredState& state);

struct UnionRun {
  std::uint32_t succeeded = 0;  // calls
  std::uint32_t failed = 0;
};

// Forty calls. Fails the test where one that succeeded left something else than Expected(), or one that
// failed changed anything.
UnionRun RunUnionSequence(std::uint32_t seed, const KernelMaker& kernel);
// Thirty calls in exclusive scope, after each of which there is nothing foreign.
void RunExclusiveSequence(std::uint32_t seed, const KernelMaker& kernel);

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_UNION_MODEL_H_
