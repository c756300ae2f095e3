// An executor that lets something happen just before it hands a call on: what other programs do in the midst.
#ifndef NATPLAN_TESTS_CONTRACT_INTERPOSING_EXECUTOR_H_
#define NATPLAN_TESTS_CONTRACT_INTERPOSING_EXECUTOR_H_

#include <expected>
#include <functional>
#include <memory>
#include <utility>

#include "core/plan/executor.h"
#include "tests/contract/world.h"

namespace natplan::contract {

class InterposingExecutor final : public Executor {
 public:
  // `before_commit` is given the number of the commit, from 1.
  // `reads`, if there is any, counts the readings and must outlive this.
  InterposingExecutor(std::unique_ptr<Executor> executor, std::function<void(int)> before_commit, int* reads)
      : executor_(std::move(executor)), before_commit_(std::move(before_commit)), reads_(reads) {}

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    if (reads_ != nullptr) ++*reads_;
    return executor_->Read(request, deadline);
  }
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    before_commit_(++commits_);
    return executor_->Commit(transaction, deadline);
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    return executor_->Drain(tables, since);
  }

 private:
  std::unique_ptr<Executor> executor_;
  std::function<void(int)> before_commit_;
  int* reads_;
  int commits_ = 0;
};

inline World::Wrap BeforeCommit(std::function<void(int)> act, int* reads = nullptr) {
  return [act = std::move(act), reads](std::unique_ptr<Executor> executor) {
    return std::make_unique<InterposingExecutor>(std::move(executor), act, reads);
  };
}

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_INTERPOSING_EXECUTOR_H_
