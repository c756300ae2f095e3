// NAT for a daemon: say what is wanted, and it is so.
//
// One Nat is a context: use it from one thread, or under the caller's lock; several contexts in one process
// are independent. It has no thread of its own, keeps no global state, installs no signal handler, writes no
// sysctl, and never touches stdout or stderr: what there is to say goes to the log callback. Every call has a
// deadline that bounds waiting, retries and back-off; the kernel carries a whole transaction out inside
// sendmsg(2), and that one system call cannot be interrupted. A change is one transaction: whatever fails,
// and whenever the process ends, the kernel holds the old state or the new one. After fork(2) the child must
// not use it: every call gives ECHILD. With iptables it needs the exit statuses of its own children: SIGCHLD
// must not be ignored, nor every child be waited for (docs/library.md). Building a context sends nothing and
// creates nothing. Descriptors are close-on-exec and above 2. No exception leaves it, whatever the log
// callback throws. Out of memory is ErrorCode::kNoMemory if nothing was changed; otherwise what was done is
// said, or kUnknownOutcome. A context that was moved from answers every call with kInvalidArgument.
#ifndef NATPLAN_BACKENDS_NAT_H_
#define NATPLAN_BACKENDS_NAT_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/bounded_commit.h"
#include "backends/iptables/iptables_leftovers.h"
#include "backends/iptables/iptables_wishes.h"
#include "backends/wakeup.h"
#include "core/plan/executor.h"
#include "core/plan/held_elsewhere.h"
#include "core/plan/reconciler.h"

namespace natplan {

enum class LogLevel {
  kDebug,    // each operation that was carried out
  kInfo,     // a retry, and why
  kWarning,  // something held is lost, or a family is not supported
};

// The operation is in nft syntax, or empty. Must not call the context. What it throws is dropped.
using LogCallback = std::function<void(LogLevel level, std::string_view text, std::string_view operation)>;

// Who carries the changes out.
enum class Backend {
  // nf_tables; and iptables where the kernel's answer to the first transaction is that it has no nf_tables
  // NAT. The choice is made once. A lacking permission, memory, or an answer that was lost choose nothing.
  kAuto,
  kNftables,
  kIptables,
};

struct NatOptions {
  // Another name: another program's table, in the origin's layout. One that nft cannot read back is refused
  // (core/values/table_name.h).
  std::string table = kDefaultTable;
  Scope scope = Scope::kOwn;       // what may be removed
  Owner owner = Owner::Default();  // of the verbs that name none
  // What becomes of what the kernel holds under an owner's name when the context begins to use it. In
  // natplan's own table only: others have no owners.
  Inheritance inheritance = Inheritance::kAdopt;
  // With kExclusive, also in a table that is another program's as a whole (core/plan/foreign_table.h), like a
  // host's `filter`; without it that is refused.
  bool force = false;
  std::chrono::milliseconds deadline{5000};       // of each call; any: a negative one is none, max() never
  std::optional<std::uint64_t> jitter_seed = {};  // of the waits between tries; default: from the clock
  LogCallback log = {};
  Backend backend = Backend::kAuto;
  // The most elements (a prefix is up to three) that one transaction adds and deletes; 0: all of a change is
  // one. A larger change is carried out in steps, each of which leaves a state between the old and the new;
  // one Poll() does one step. If it ends in the middle, that is kUnknownOutcome: the text says how far it
  // came and what stopped it, and once that is out of the way, the same call does what is left.
  std::uint64_t steps = 0;
  // After each of several steps. Must not call the context. What it throws is dropped.
  std::function<void(std::size_t done, std::size_t of)> progress = {};
  // Refuses (kTooLarge) a transaction for which the host may have too little memory: while any program on the
  // host listens to nf_tables, the kernel needs 8 KiB for each element.
  bool memory_check = true;
};

// Who carries the changes out. Either may be null: that backend is not there.
struct NatMeans {
  std::unique_ptr<Executor> nftables = {};
  std::unique_ptr<IptablesRunner> iptables = {};
  Error missing = {};  // why there is no `nftables`, where that is not the caller's choice
  // The bytes of memory that the host can spare; empty, or none: unknown, and nothing is refused for that.
  std::function<std::optional<std::uint64_t>()> available_memory = {};

  // What the backend may need on this host, in the network namespace that the process is in now. A kernel
  // without the netlink socket is an error only if kAuto does not have iptables to fall back to.
  // `program` is where the process group of the program of iptables that runs is written, for a signal
  // handler that kills it; 0 while none does. It outlives the means.
  [[nodiscard]] static std::expected<NatMeans, Error> Open(Backend backend,
                                                           std::atomic<pid_t>* program = nullptr);
};

class Nat {
 public:
  // Talks to the kernel of the network namespace that the process is in now. Where that kernel has no netlink
  // socket for it, and backend kAuto finds no iptables either, the first call says so (kNotSupported). With
  // iptables a call runs its programs and blocks until they end, or until the deadline; Poll() too.
  [[nodiscard]] static std::expected<Nat, Error> Open(NatOptions options = {});
  // The same over a NETLINK_NETFILTER descriptor that the caller opened, which fixes the network namespace.
  // The descriptor belongs to the context from now on, whether or not this succeeds.
  [[nodiscard]] static std::expected<Nat, Error> Adopt(int descriptor, NatOptions options = {});
  // Over any executor: a simulated kernel, or one wrapped for tracing or for faults. Throws std::bad_alloc.
  Nat(std::unique_ptr<Executor> executor, NatOptions options);
  Nat(NatMeans means, NatOptions options);

  // What cannot work is refused (core/values/impossible.h): nobody may want it, and whatever holds it may be
  // removed. Adding what this owner has already is success, and so is removing what it has not. Prefixes of
  // several owners, equal or nested, are counted. A port that another owner or another program holds is
  // kConflict.
  [[nodiscard]] Result AddMasquerade(const Masquerade& masquerade);
  [[nodiscard]] Result RemoveMasquerade(const Masquerade& masquerade);
  // Replaces the target where this owner forwards the port already; in one transaction.
  [[nodiscard]] Result AddForward(const Forward& forward);
  [[nodiscard]] Result RemoveForward(const Forward& forward);
  // Makes the owner's intents equal to these, in one transaction.
  [[nodiscard]] Result Apply(const std::vector<Intent>& intents);
  // Several edits, for several owners, in one transaction: all of them or none.
  [[nodiscard]] Result Change(const std::vector<Edit>& edits);
  // Reads the kernel and compares; changes nothing. Report::transaction is what is missing or wrong,
  // Report::foreign what else is there.
  [[nodiscard]] Result Verify();
  // What Apply would do; changes neither the kernel nor this context.
  [[nodiscard]] Result Preview(const std::vector<Intent>& intents);
  // Any request.
  [[nodiscard]] Result Do(Request request, Mode mode);

  // --- without blocking, for event loops ---
  // Begins a call like Change, Apply, Preview. While one is under way, another one (the calls above included)
  // is an error, EALREADY, and leaves the first alone: that has ended once Poll() gave its result, or with
  // Cancel(). What else goes wrong is the call's result.
  [[nodiscard]] std::expected<void, Error> BeginChange(const std::vector<Edit>& edits);
  [[nodiscard]] std::expected<void, Error> BeginApply(const std::vector<Intent>& intents);
  [[nodiscard]] std::expected<void, Error> BeginPreview(const std::vector<Intent>& intents);
  // The same for any request.
  [[nodiscard]] std::expected<void, Error> Begin(Request request, Mode mode);
  // Does what can be done now. The result when the call has ended, and null while it waits to try again: call
  // Poll() again when descriptor() is readable, or at wake_time(). The result is valid until the next call.
  // Null too if no call was begun.
  [[nodiscard]] const Result* Poll();
  // A descriptor for poll(2) and epoll(7), readable if Poll() has something to do; owned by the context, only
  // to be waited for.
  [[nodiscard]] std::expected<int, Error> descriptor();
  // TimePoint::max() while no call is under way.
  TimePoint wake_time() const { return wake_; }
  // Gives the call up; the kernel holds the old state or the new one. Its result says that it was cancelled.
  void Cancel();

  const DesiredState& desired() const;

  // What this context uses, kAuto while nothing has been chosen; and why it is not nf_tables.
  Backend backend() const { return chosen_; }
  const Error& backend_reason() const { return reason_; }

 private:
  template <typename MakeRequest>
  std::expected<void, Error> BeginWith(MakeRequest make, Mode mode);
  Result Finish(std::expected<void, Error> begun);
  void Run(TimePoint now);
  void WakeAt(TimePoint when);
  void End(Result&& result) noexcept;
  void EndWithoutMemory() noexcept;
  bool LacksNftables(const Result& result);
  bool PlanIsUnsupported(const Transaction& plan);
  bool HasNoNat();
  void RunIptables();
  Result RunWishes();
  // Of a change by iptables that may have `begun`.
  static Error OutOfMemoryIn(bool begun) noexcept;
  void LookForLeftovers();
  std::optional<Error> KeepLeftovers(Request& request);
  void TakeLeftoversAway(Result& result);
  std::optional<Error> LeaveTo(const HeldElsewhere& held, Request& request);
  std::optional<Error> WhyNftablesMustNotStay();
  std::optional<Error> LeavePortsToNftables();
  Result TakeNftablesAway(Result result);
  Result OneEdit(Edit::Kind kind, const Intent& intent);
  Outcome Commit(const Transaction& transaction);
  void SaySteps(Error& error) const noexcept;
  void Log(LogLevel level, std::string_view text, std::string_view operation) noexcept;
  void LogOutcome(const Transaction& transaction, const Outcome& outcome) noexcept;
  void LogResult(const Result& result) noexcept;

  NatOptions options_;
  std::unique_ptr<Executor> executor_;
  BoundedCommit bounded_;
  std::unique_ptr<Reconciler> reconciler_;      // null: this was moved from
  std::unique_ptr<IptablesRunner> runner_;      // until it is chosen, or looked for leftovers
  std::optional<IptablesLeftovers> leftovers_;  // while nf_tables is used, or may be
  std::unique_ptr<Nat> nftables_;               // for its leftovers, where iptables was asked for
  std::optional<IptablesWishes> wishes_;        // once it is
  Backend chosen_;
  Error reason_;
  Request request_;          // of the call, as long as another backend may have to do with it
  std::vector<Error> lost_;  // by the call, to what is held elsewhere
  Mode mode_ = Mode::kApply;
  bool under_way_ = false;
  std::optional<Result> result_;  // of the call that was begun last, once it has ended
  std::optional<Wakeup> wakeup_;
  TimePoint deadline_{};
  TimePoint wake_ = TimePoint::max();
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NAT_H_
