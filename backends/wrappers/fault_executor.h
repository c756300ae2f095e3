// Puts faults between a caller and an executor.
//
// The fault model. An executor can let its caller down in these ways and in no others; whoever uses one must
// end, whatever comes, in the state that was asked for, in an unchanged state with an error, or in "unknown"
// said aloud.
//
//   LoseAnswer       carried out, answered Unknown. The receive buffer overran (ENOBUFS), or the process was
//                    stopped past its deadline (ETIMEDOUT). A blind repeat would append the rules a second
//                    time, or take EEXIST of its own element for another program's.
//   LoseTransaction  not carried out, answered Unknown. The same causes: what is lost is the answer
//   "refused",
//                    which says as little. Taking Unknown for success would leave the change undone.
//   Refuse           not carried out, refused: any errno on any operation or on the batch. Another program
//                    removed a table (ENOENT), holds a key (EEXIST), committed first (ERESTART); the kernel
//                    ran out of memory (ENOMEM), lacks a piece (EOPNOTSUPP), or forbids it (EPERM).
//   FailSend         not carried out, not sent. The message is too large for the socket (EMSGSIZE), there is
//                    no memory for it (ENOBUFS), or the process was forked (ECHILD).
//   TearRead         no snapshot: another program committed while it was read. A program that commits without
//                    pause tears every read, so a caller must give up at its deadline.
//   FailRead         no snapshot: EPERM, EOPNOTSUPP, ETIMEDOUT, ENOMEM.
//
// Drain is handed on: it says itself what it does not know, and its caller reads then.
//
// Each occurs once (the transient fault) or from then on for ever (the permanent one): the first shows that
// work goes on, the second that it ends. What other programs do between two calls is not a fault of the
// executor; a test does it itself, with a second executor.
#ifndef NATPLAN_BACKENDS_WRAPPERS_FAULT_EXECUTOR_H_
#define NATPLAN_BACKENDS_WRAPPERS_FAULT_EXECUTOR_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "core/plan/executor.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"

namespace natplan {

struct LoseAnswer {
  int errno_value = ENOBUFS;
};
struct LoseTransaction {
  int errno_value = ETIMEDOUT;
};
struct Refuse {
  int errno_value = EINVAL;
  std::optional<std::size_t> operation = {};  // none, or beyond the transaction's last: the batch
  std::optional<std::size_t> element = {};
};
struct FailSend {
  int errno_value = ENOBUFS;
};
struct TearRead {};
struct FailRead {
  int errno_value = ETIMEDOUT;
};

using CommitFault = std::variant<LoseAnswer, LoseTransaction, Refuse, FailSend>;
using ReadFault = std::variant<TearRead, FailRead>;

// When a fault occurs. Commits and reads are counted apart, each from 1.
template <typename Kind>
struct Occurrence {
  Kind fault = {};
  std::uint64_t call = 1;      // the call that fails
  bool and_all_after = false;  // and every later one
};

struct Faults {
  std::vector<Occurrence<CommitFault>> commits = {};
  std::vector<Occurrence<ReadFault>> reads = {};
};

// Hands everything on to `executor` but for the calls that `faults` names; where several name one call, the
// first in the list counts. Calls that fail are counted as well. Not thread-safe. The executor must outlive
// it.
class FaultExecutor final : public Executor {
 public:
  FaultExecutor(Executor& executor, Faults faults);

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override;
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override;
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override;

  // Calls so far: "fail the N-th, for every N until a run has no failure left" ends when N is above these.
  std::uint64_t commits() const { return commits_; }
  std::uint64_t reads() const { return reads_; }

 private:
  Executor& executor_;
  const Faults faults_;
  std::uint64_t commits_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_WRAPPERS_FAULT_EXECUTOR_H_
