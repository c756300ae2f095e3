// An executor that remembers what it was given and answers from a script. For tests of the wrappers.
#ifndef NATPLAN_BACKENDS_WRAPPERS_FAKE_EXECUTOR_H_
#define NATPLAN_BACKENDS_WRAPPERS_FAKE_EXECUTOR_H_

#include <expected>
#include <vector>

#include "core/plan/executor.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"

namespace natplan {

class FakeExecutor final : public Executor {
 public:
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint) override {
    requests.push_back(request);
    return snapshot;
  }
  Outcome Commit(const Transaction& transaction, TimePoint) override {
    transactions.push_back(transaction);
    return outcome;
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    drained_tables = tables;
    drained_since = since;
    return drained;
  }

  std::expected<Snapshot, ReadFailure> snapshot = Snapshot{.generation = 7};
  Outcome outcome = Committed{};
  std::vector<ReadRequest> requests;
  std::vector<Transaction> transactions;
  Drained drained = {};
  std::vector<TableId> drained_tables;
  std::uint32_t drained_since = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_WRAPPERS_FAKE_EXECUTOR_H_
