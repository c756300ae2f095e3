// One of the processes that share the table.
#ifndef NATPLAN_TESTS_STRESS_WORKER_H_
#define NATPLAN_TESTS_STRESS_WORKER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/plan/executor.h"
#include "core/values/owner.h"
#include "tests/stress/counting_executor.h"
#include "tests/stress/journal.h"

namespace natplan::stress {

struct WorkerOptions {
  std::size_t number = 0;
  std::uint64_t seed = 0;
  std::size_t changes = 0;
  bool listens = true;  // to what others commit
};

Owner OwnerOf(std::size_t worker);

// Over a socket of its own to the running kernel.
std::unique_ptr<Executor> MakeLiveExecutor(bool listens);

// Makes its changes one after the other, and now and then begins anew with another context, as a daemon that
// restarts. Looks after each call whether the context holds what it should, and whether a conflict is one.
// What is wrong goes to stderr, and is the end. Returns whether all went well.
bool RunWorker(const WorkerOptions& options, Journal& journal);

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_WORKER_H_
