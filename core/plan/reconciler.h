// Brings the kernel to the desired state, as a state machine without I/O: it says what it wants next,
// somebody does it, and the result goes back in.
//
//   reconciler.Start(edits, mode, now, deadline);
//   for (;;) {
//     Step step = reconciler.Poll(now);          // the same step until it is answered
//     // ReadStep      -> reconciler.OnSnapshot(executor.Read(...));
//     // CommitStep    -> reconciler.OnOutcome(executor.Commit(...));
//     // DrainStep     -> reconciler.OnDrained(executor.Drain(...));
//     // WaitStep      -> sleep, or go back to the event loop
//     // FinishedStep  -> done
//   }
//
// Whatever happens, the table holds either what it held before the call or what the call asked for: a change
// is one transaction. After a call that failed, the desired state is what it was before.
//
// In natplan's own table several processes share one state, the kernel's, by one protocol: read everything at
// a generation, the ledger included; plan what the other owners have plus what this context wants; commit
// under that generation; if somebody committed in between, begin again. So entries of ours that vanished come
// back with any next call, and nobody else's are ever touched.
#ifndef NATPLAN_CORE_PLAN_RECONCILER_H_
#define NATPLAN_CORE_PLAN_RECONCILER_H_

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/plan/backoff.h"
#include "core/plan/executor.h"
#include "core/plan/mirror.h"
#include "core/plan/planner.h"
#include "core/plan/recovery.h"
#include "core/plan/request.h"
#include "core/values/per_family.h"

namespace natplan {

// What a call came to.
struct Report {
  bool changed = false;          // a transaction was committed
  int retries = 0;               // how often the kernel refused because somebody else committed in between
  std::uint32_t generation = 0;  // the kernel's, after the call
  // Of a repair in two steps the first, if there is one (a dormant table in which a chain is replaced);
  // `transaction` follows it.
  Transaction first_step = {};
  // What was carried out last; in mode kPlan what would be. After an unknown outcome that turned out to be
  // committed there is nothing left to do and this is empty.
  Transaction transaction = {};
  std::vector<std::string> foreign = {};  // seen beside ours and left alone, if everything was compared
  std::vector<Error> lost = {};           // held for longer, and taken by another program meanwhile
  std::vector<Error> unsupported = {};    // families that this kernel does not have; the rest was carried out
  // Of the iptables backend, in place of `transaction`: what iptables-restore took or would take.
  bool by_iptables = false;
  PerFamily<std::vector<std::string>> iptables = {};
  std::vector<std::string> notes = {};  // for people
};

using Result = std::expected<Report, Error>;

struct ReadStep {
  ReadRequest request;
};
struct CommitStep {
  const Transaction* transaction;  // valid until it is answered
};
// What did others commit since we read?
struct DrainStep {
  std::vector<TableId> tables;
  std::uint32_t since;  // generation
};
struct WaitStep {
  TimePoint until;
};
struct FinishedStep {
  const Result* result;  // valid until the next Start
};
using Step = std::variant<ReadStep, CommitStep, DrainStep, WaitStep, FinishedStep>;

enum class Mode {
  kApply,
  kPlan,  // reads, plans, changes neither the kernel nor the desired state
};

// Not thread-safe. Throws nothing but std::bad_alloc; after that, Abandon() puts it back to a sound state.
class Reconciler {
 public:
  struct Options {
    Layout layout = {};
    Scope scope = Scope::kOwn;
    std::uint64_t jitter_seed = 1;
    Owner owner = Owner::Default();  // whose state a call without edits looks at
    Inheritance inheritance = Inheritance::kAdopt;
    bool force = false;  // kExclusive in another program's table, too
  };

  explicit Reconciler(Options options);

  // Begins a call. A request that the desired state refuses ends it at once, or, where the kernel has to be
  // read first to see what its owners have, after that.
  void Start(Request request, Mode mode, TimePoint now, TimePoint deadline);
  void Start(const std::vector<Edit>& edits, Mode mode, TimePoint now, TimePoint deadline) {
    Start(Request{.edits = edits}, mode, now, deadline);
  }

  Step Poll(TimePoint now);
  void OnDrained(const Drained& drained);
  void OnSnapshot(const std::expected<Snapshot, ReadFailure>& answer);
  void OnOutcome(const Outcome& outcome);

  // The result of a call that has ended, without a copy, for which there may be no memory. Once a call.
  Result TakeResult() noexcept { return std::move(result_); }

  // Gives the call up. A commit that was asked for and not answered counts as one whose outcome is unknown.
  void Cancel();
  // The same after std::bad_alloc; what cannot be taken back now is taken back before anything else is done.
  void Abandon() noexcept;

  const DesiredState& desired() const { return desired_; }

 private:
  enum class State { kRead, kWait, kDrain, kCommit, kFinished };

  void TakeOwners();
  void Forget(const Owner& owner);
  void Adopt(const Owner& owner);
  void KeepOwners() noexcept;
  bool ApplyRequest();
  void TakeOthers();
  bool TakeChanges(DesiredState::Touched&& others);
  void DropOwners() noexcept;
  void Undo();
  void TakeBack() noexcept;
  void Mark();
  void UnmarkAll() noexcept;
  void PlanFrom(const Snapshot& snapshot);
  void PlanFromPart(const Snapshot& snapshot);
  void PlanFromMirror();
  bool PlanFromChanges(const std::vector<Change>& changes);
  void TakePlan(bool fresh);
  void OnRefused(const Refused& refused);
  void Retry(std::optional<Error> cause);
  void ReadAgain(bool all);
  void Succeed();
  void Fail(Error error);
  void Refuse(Error error);  // before anything was read or sent: what is known of the kernel stays
  Scope scope() const;
  PlanInput Input() const;
  const Error* EditedFamilyMissing() const;

  Options options_;
  Backoff backoff_;
  DesiredState desired_;
  PerFamily<Held> held_;
  std::map<Family, Error> unsupported_;  // for the life of the context
  std::set<Family> without_;             // the same families
  std::optional<Mirror> mirror_;
  OwnerSet mine_;  // the owners that this context speaks for; in natplan's own table only

  Mode mode_ = Mode::kApply;
  State state_ = State::kFinished;
  TimePoint deadline_{};
  std::optional<TimePoint> wait_until_;  // empty while the wait has not begun
  Request request_;
  std::optional<ReadRequest> part_;  // what is read in place of everything
  bool pending_ = false;             // request_ waits for a snapshot that shows what its owners have
  std::vector<Owner> new_owners_;    // that this call took into mine_
  std::vector<Edit> adopted_;        // takes back what was adopted for them
  std::vector<Edit> undo_;
  DesiredState::Touched edited_;
  // Beside that, what others touched while the call was under way. Empty until they did.
  std::optional<DesiredState::Touched> touched_;
  Plan plan_;
  Transaction first_step_;  // of a repair in two steps
  bool compared_ = false;   // plan_ was made by comparing everything, not only what was touched
  PerFamily<HeldMark> marks_;
  bool handed_out_ = false;          // the commit that is to be answered
  bool committed_ = false;           // this call committed something
  bool unknown_ = false;             // the last commit may have been carried out
  std::optional<Error> last_cause_;  // why the last try failed
  int retries_ = 0;                  // how often somebody else committed in between
  int repeats_ = 0;                  // how often the same cause came in a row
  Result result_;                    // while the call is under way: what is said if plan_ goes through
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_RECONCILER_H_
