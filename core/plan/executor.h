// The seam between deciding and doing: whatever reads snapshots and carries transactions out.
#ifndef NATPLAN_CORE_PLAN_EXECUTOR_H_
#define NATPLAN_CORE_PLAN_EXECUTOR_H_

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "core/values/change.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"

namespace natplan {

// A point of the monotonic clock. Core never asks for the time; it is given.
using TimePoint = std::chrono::steady_clock::time_point;

// What other programs committed, seen without reading the tables.
struct Drained {
  bool complete = false;  // every generation from `since` + 1 to `generation` was seen
  std::uint32_t generation = 0;
  // What sockets other than the executor's own changed in the tables, in its order. None: something, of which
  // not everything was kept or understood.
  std::optional<std::vector<Change>> changes = {};

  bool touched() const { return !changes || !changes->empty(); }
};

// Not thread-safe: one thread at a time. Implementations: netlink over a socket (live or simulated), and
// wrappers that trace or inject faults. No exception but std::bad_alloc leaves it.
class Executor {
 public:
  virtual ~Executor() = default;
  // A snapshot of one generation, or why there is none; gives up at `deadline` with ETIMEDOUT.
  virtual std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) = 0;
  // Carries the transaction out, in one message. Waits for the answer until `deadline`, then says Unknown.
  virtual Outcome Commit(const Transaction& transaction, TimePoint deadline) = 0;
  // What was committed after generation `since`, as far as notifications tell; does not wait. Incomplete
  // where nobody listens, or where a notification was lost: then only a reading tells.
  virtual Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) = 0;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_EXECUTOR_H_
