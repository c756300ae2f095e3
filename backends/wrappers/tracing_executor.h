// Shows what goes through an executor, as text.
#ifndef NATPLAN_BACKENDS_WRAPPERS_TRACING_EXECUTOR_H_
#define NATPLAN_BACKENDS_WRAPPERS_TRACING_EXECUTOR_H_

#include <expected>
#include <functional>
#include <string_view>

#include "core/plan/executor.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"

namespace natplan {

// Hands everything on to `executor`, unchanged, and tells `sink` of it, line by line, without newline: the
// operations in nft syntax before they are carried out, then the answer. What nft has no syntax for stands
// behind
// "# ", so that the lines of one transaction are a file for `nft -f`:
//
//   # read table ip natplan, elements of masq_saddr
//   # generation 7: table ip natplan
//   # commit, at generation 7
//   add element ip natplan masq_saddr { 10.0.0.0/24 }
//   # refused: add element ip natplan masq_saddr { 10.0.0.0/24 }: File exists (errno 17)
//
// Not thread-safe. The executor must outlive it.
class TracingExecutor final : public Executor {
 public:
  using Sink = std::function<void(std::string_view line)>;
  TracingExecutor(Executor& executor, Sink sink);

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override;
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override;
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override;

 private:
  Executor& executor_;
  Sink sink_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_WRAPPERS_TRACING_EXECUTOR_H_
