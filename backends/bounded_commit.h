// Carries a transaction out without asking the host for more memory than it can spare.
#ifndef NATPLAN_BACKENDS_BOUNDED_COMMIT_H_
#define NATPLAN_BACKENDS_BOUNDED_COMMIT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "core/plan/executor.h"
#include "core/plan/steps.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"

namespace natplan {

// Not thread-safe. No exception leaves it.
class BoundedCommit {
 public:
  struct Options {
    std::uint64_t most = 0;  // elements of one step; 0: the whole transaction is one
    // What the host can spare, in bytes; empty, or none: nobody looks.
    std::function<std::optional<std::uint64_t>()> available = {};
    std::function<void(std::size_t done, std::size_t of)> progress = {};  // after each of several steps
  };
  explicit BoundedCommit(Options options) : options_(std::move(options)) {}

  // Sends it as it is. Unknown if memory ran out.
  static Outcome CommitOne(Executor& executor, const Transaction& transaction, TimePoint deadline);

  // Does the next step of `transaction`, which stays where it is until it has an outcome. None: there are
  // more. NotSent with EMSGSIZE: the host has too little memory, and the text says so. Unknown, if a step was
  // carried out and a later one was not, for whatever reason: only a reading tells what is left to do.
  std::optional<Outcome> Advance(Executor& executor, const Transaction& transaction, TimePoint now,
                                 TimePoint deadline);
  // A call begins, or has ended.
  void Reset();

  // How many commits the last transaction took that Advance() gave as Committed.
  std::uint32_t commits() const { return commits_; }
  // Of the call: how many steps of several were carried out, and how many there are.
  std::size_t done() const { return done_; }
  std::size_t of() const { return of_; }

 private:
  // What ends the transaction before the step is sent.
  std::optional<NotSent> Refusal(const Transaction& step) const;
  Outcome Stop(Outcome outcome);
  void Say() const noexcept;

  Options options_;
  std::optional<Steps> steps_;  // of the transaction that is under way
  std::size_t next_ = 0;
  std::uint32_t commits_ = 1;
  std::size_t done_ = 0;
  std::size_t of_ = 0;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_BOUNDED_COMMIT_H_
