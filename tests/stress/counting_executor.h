// Counts what a call asks of the kernel.
#ifndef NATPLAN_TESTS_STRESS_COUNTING_EXECUTOR_H_
#define NATPLAN_TESTS_STRESS_COUNTING_EXECUTOR_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <utility>
#include <vector>

#include "core/plan/executor.h"

namespace natplan::stress {

struct Counts {
  std::uint32_t reads = 0;
  std::uint32_t drains = 0;
};

// `counts` must outlive it.
class CountingExecutor final : public Executor {
 public:
  CountingExecutor(std::unique_ptr<Executor> executor, Counts& counts)
      : executor_(std::move(executor)), counts_(counts) {}

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    ++counts_.reads;
    return executor_->Read(request, deadline);
  }
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    return executor_->Commit(transaction, deadline);
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    ++counts_.drains;
    return executor_->Drain(tables, since);
  }

 private:
  std::unique_ptr<Executor> executor_;
  Counts& counts_;
};

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_COUNTING_EXECUTOR_H_
