#include "backends/wrappers/fault_executor.h"

#include <utility>

namespace natplan {
namespace {

// The fault of the `call`-th call, or null.
template <typename Kind>
const Kind* FaultOf(const std::vector<Occurrence<Kind>>& occurrences, std::uint64_t call) {
  for (const Occurrence<Kind>& occurrence : occurrences) {
    if (occurrence.call == call || (occurrence.and_all_after && occurrence.call < call))
      return &occurrence.fault;
  }
  return nullptr;
}

struct FaultyCommit {
  Executor& executor;
  const Transaction& transaction;
  TimePoint deadline;

  Outcome operator()(const LoseAnswer& fault) const {
    // What was never sent has no answer to lose.
    Outcome outcome = executor.Commit(transaction, deadline);
    if (std::holds_alternative<NotSent>(outcome)) return outcome;
    return Unknown{fault.errno_value};
  }
  Outcome operator()(const LoseTransaction& fault) const { return Unknown{fault.errno_value}; }
  Outcome operator()(const Refuse& fault) const {
    Refusal refusal = {.errno_value = fault.errno_value};
    if (fault.operation && *fault.operation < transaction.operations.size()) {
      refusal.operation = fault.operation;
      refusal.element = fault.element;
    }
    return Refused{{std::move(refusal)}};
  }
  Outcome operator()(const FailSend& fault) const { return NotSent{.errno_value = fault.errno_value}; }
};

struct FaultyRead {
  ReadFailure operator()(const TearRead&) const { return {.torn = true}; }
  ReadFailure operator()(const FailRead& fault) const { return {.errno_value = fault.errno_value}; }
};

}  // namespace

FaultExecutor::FaultExecutor(Executor& executor, Faults faults)
    : executor_(executor), faults_(std::move(faults)) {}

std::expected<Snapshot, ReadFailure> FaultExecutor::Read(const ReadRequest& request, TimePoint deadline) {
  if (const ReadFault* fault = FaultOf(faults_.reads, ++reads_))
    return std::unexpected(std::visit(FaultyRead{}, *fault));
  return executor_.Read(request, deadline);
}

Outcome FaultExecutor::Commit(const Transaction& transaction, TimePoint deadline) {
  if (const CommitFault* fault = FaultOf(faults_.commits, ++commits_)) {
    return std::visit(FaultyCommit{executor_, transaction, deadline}, *fault);
  }
  return executor_.Commit(transaction, deadline);
}

Drained FaultExecutor::Drain(const std::vector<TableId>& tables, std::uint32_t since) {
  return executor_.Drain(tables, since);
}

}  // namespace natplan
