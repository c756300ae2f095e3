#include "backends/nat.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <thread>
#include <utility>

#include "backends/host_memory.h"
#include "backends/iptables/iptables_tool.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/plan/recovery.h"
#include "core/plan/refusal.h"
#include "core/text/nft_text.h"
#include "core/values/generation.h"

namespace natplan {
namespace {

// Short enough to need no memory of its own.
Error OutOfMemory() { return {.code = ErrorCode::kNoMemory, .errno_value = ENOMEM, .text = "out of memory"}; }

// Where there is no memory for the text, without.
Error Misuse(int errno_value, const char* text) noexcept {
  Error error{.code = ErrorCode::kInvalidArgument, .errno_value = errno_value};
  try {
    error.text = text;
  } catch (const std::bad_alloc&) {
    error.text = "misuse";
  }
  return error;
}

Error MovedFrom() noexcept {
  return Misuse(EINVAL, "this context was moved from; use the one that it was moved to");
}

// The farthest time that the clock knows, if that is too far.
TimePoint After(TimePoint now, std::chrono::milliseconds wait) {
  if (wait <= wait.zero()) return now;
  const auto farthest = std::chrono::floor<std::chrono::milliseconds>(TimePoint::max() - now);
  return wait < farthest ? now + wait : TimePoint::max();
}

constexpr std::string_view kLinesMissing = "out of memory: lines of the log are missing";

std::uint64_t SeedFromClock() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
         static_cast<std::uint64_t>(getpid()) << 32U;
}

std::expected<std::unique_ptr<Executor>, Error> OverSocket(
    std::expected<std::unique_ptr<LinuxSocket>, Error> socket) {
  if (!socket) return std::unexpected(std::move(socket.error()));
  // Made only once somebody else is seen to commit.
  auto listen =
      [name_space =
           (*socket)->network_namespace()]() -> std::expected<std::unique_ptr<NetlinkSocket>, Error> {
    auto listening = LinuxSocket::ListenIn(name_space);
    if (!listening) return std::unexpected(std::move(listening.error()));
    return *std::move(listening);
  };
  return std::make_unique<NetlinkExecutor>(*std::move(socket), 1, std::move(listen));
}

// Field by field: GCC 12 destroys twice what a braced struct copied before one of its copies throws.
Reconciler::Options OptionsOf(const NatOptions& given) {
  Reconciler::Options options;
  options.layout.table = given.table;
  options.scope = given.scope;
  options.jitter_seed = given.jitter_seed.value_or(SeedFromClock());
  options.owner = given.owner;
  options.inheritance = given.inheritance;
  options.force = given.force;
  return options;
}

BoundedCommit::Options BoundsOf(const NatOptions& given, NatMeans& means) {
  BoundedCommit::Options options;
  options.most = given.steps;
  if (given.memory_check) options.available = std::move(means.available_memory);
  options.progress = given.progress;
  return options;
}

}  // namespace

std::expected<NatMeans, Error> NatMeans::Open(Backend backend, std::atomic<pid_t>* program) {
  try {
    NatMeans means;
    means.iptables = std::make_unique<IptablesTool>(
        IptablesToolOptions{.prefer_legacy = backend == Backend::kAuto, .running = program});
    means.available_memory = [] { return AvailableMemory(); };
    auto opened = OverSocket(LinuxSocket::Open());
    if (opened) {
      means.nftables = std::move(*opened);
    } else if (backend != Backend::kNftables && opened.error().code == ErrorCode::kNotSupported) {
      means.missing = std::move(opened.error());
    } else {
      return std::unexpected(std::move(opened.error()));
    }
    return means;
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

std::expected<Nat, Error> Nat::Open(NatOptions options) {
  try {
    if (auto error = WhyRefused(Layout{options.table}, {})) return std::unexpected(*std::move(error));
    auto means = NatMeans::Open(options.backend);
    if (!means) return std::unexpected(std::move(means.error()));
    return Nat(*std::move(means), std::move(options));
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

std::expected<Nat, Error> Nat::Adopt(int descriptor, NatOptions options) {
  try {
    auto adopted = OverSocket(LinuxSocket::Adopt(descriptor));
    if (!adopted) return std::unexpected(std::move(adopted.error()));
    if (auto error = WhyRefused(Layout{options.table}, {})) return std::unexpected(*std::move(error));
    return Nat({.nftables = *std::move(adopted), .available_memory = [] { return AvailableMemory(); }},
               std::move(options));
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

Nat::Nat(std::unique_ptr<Executor> executor, NatOptions options)
    : Nat(NatMeans{.nftables = std::move(executor)}, std::move(options)) {}

Nat::Nat(NatMeans means, NatOptions options)
    : options_(std::move(options)),
      executor_(std::move(means.nftables)),
      bounded_(BoundsOf(options_, means)),
      reconciler_(std::make_unique<Reconciler>(OptionsOf(options_))),
      runner_(std::move(means.iptables)),
      chosen_(options_.backend),
      reason_(std::move(means.missing)) {
  if (chosen_ == Backend::kAuto && runner_ == nullptr) chosen_ = Backend::kNftables;
  if (chosen_ == Backend::kAuto && executor_ == nullptr) chosen_ = Backend::kIptables;
  LookForLeftovers();
}

Result Nat::AddMasquerade(const Masquerade& masquerade) { return OneEdit(Edit::Kind::kAdd, masquerade); }
Result Nat::RemoveMasquerade(const Masquerade& masquerade) {
  return OneEdit(Edit::Kind::kRemove, masquerade);
}
Result Nat::AddForward(const Forward& forward) { return OneEdit(Edit::Kind::kAdd, forward); }
Result Nat::RemoveForward(const Forward& forward) { return OneEdit(Edit::Kind::kRemove, forward); }

Result Nat::OneEdit(Edit::Kind kind, const Intent& intent) {
  return Finish(
      BeginWith([&] { return Request{.edits = {Edit{kind, options_.owner, intent}}}; }, Mode::kApply));
}

Result Nat::Change(const std::vector<Edit>& edits) { return Finish(BeginChange(edits)); }
Result Nat::Apply(const std::vector<Intent>& intents) { return Finish(BeginApply(intents)); }
Result Nat::Do(Request request, Mode mode) { return Finish(Begin(std::move(request), mode)); }
Result Nat::Verify() { return Do(Request{}, Mode::kPlan); }
Result Nat::Preview(const std::vector<Intent>& intents) { return Finish(BeginPreview(intents)); }

std::expected<void, Error> Nat::BeginChange(const std::vector<Edit>& edits) {
  return BeginWith([&] { return Request{.edits = edits}; }, Mode::kApply);
}
std::expected<void, Error> Nat::BeginApply(const std::vector<Intent>& intents) {
  return BeginWith([&] { return Request{.replaced = options_.owner, .intents = intents}; }, Mode::kApply);
}
std::expected<void, Error> Nat::BeginPreview(const std::vector<Intent>& intents) {
  return BeginWith([&] { return Request{.replaced = options_.owner, .intents = intents}; }, Mode::kPlan);
}
std::expected<void, Error> Nat::Begin(Request request, Mode mode) {
  return BeginWith([&] { return std::move(request); }, mode);
}

// The caller's values are copied by `make`, where running out of memory is the call's result.
template <typename MakeRequest>
std::expected<void, Error> Nat::BeginWith(MakeRequest make, Mode mode) {
  if (reconciler_ == nullptr) return std::unexpected(MovedFrom());
  if (under_way_) {
    return std::unexpected(
        Misuse(EALREADY, "a call is under way; Poll() it until it has ended, or Cancel() it"));
  }
  under_way_ = true;
  result_.reset();
  const TimePoint now = std::chrono::steady_clock::now();
  deadline_ = After(now, options_.deadline);
  WakeAt(now);
  mode_ = mode;
  lost_.clear();
  bounded_.Reset();
  try {
    Request request = make();
    if (chosen_ != Backend::kNftables || leftovers_) request_ = request;
    if (auto error = KeepLeftovers(request)) {
      End(std::unexpected(*std::move(error)));
    } else if (chosen_ != Backend::kIptables) {
      reconciler_->Start(std::move(request), mode, now, deadline_);
    }
  } catch (const std::bad_alloc&) {
    EndWithoutMemory();
  }
  return {};
}

const Result* Nat::Poll() {
  if (reconciler_ == nullptr) {
    result_.emplace(std::unexpect, MovedFrom());
  } else if (under_way_) {
    try {
      Run(std::chrono::steady_clock::now());
    } catch (const std::bad_alloc&) {
      EndWithoutMemory();
    }
  }
  return result_ ? &*result_ : nullptr;
}

// Steps until there is a result or nothing can be done before some time.
void Nat::Run(TimePoint now) {
  if (chosen_ == Backend::kIptables) return RunIptables();
  for (;;) {
    const Step step = reconciler_->Poll(now);
    if (const auto* read = std::get_if<ReadStep>(&step)) {
      const auto snapshot = executor_->Read(read->request, deadline_);
      reconciler_->OnSnapshot(snapshot);
    } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
      const auto outcome = bounded_.Advance(*executor_, *commit->transaction, now, deadline_);
      if (!outcome) return WakeAt(now);  // between two steps
      LogOutcome(*commit->transaction, *outcome);
      reconciler_->OnOutcome(*outcome);
    } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
      reconciler_->OnDrained(executor_->Drain(drain->tables, drain->since));
    } else if (const auto* wait = std::get_if<WaitStep>(&step)) {
      return WakeAt(wait->until);
    } else {
      if (chosen_ == Backend::kAuto && LacksNftables(*std::get<FinishedStep>(step).result))
        return RunIptables();
      Result result = reconciler_->TakeResult();
      TakeLeftoversAway(result);
      return End(std::move(result));
    }
    now = std::chrono::steady_clock::now();
  }
}

void Nat::WakeAt(TimePoint when) {
  wake_ = when;
  if (wakeup_) wakeup_->Arm(when);
}

void Nat::End(Result&& result) noexcept {
  result_ = std::move(result);
  if (*result_) {
    // Each step was a commit; the reconciler knows of one.
    const std::uint32_t commits = std::max(bounded_.commits(), 1U);
    (*result_)->generation = GenerationAfter((*result_)->generation, commits - 1);
  } else if (bounded_.done() > 0) {
    SaySteps(result_->error());
  }
  bounded_.Reset();
  under_way_ = false;
  request_ = {};
  wake_ = TimePoint::max();
  if (wakeup_) wakeup_->Disarm();
  LogResult(*result_);
}

// A call that failed behind some of its steps.
void Nat::SaySteps(Error& error) const noexcept {
  // To the reconciler all of them are one commit, whose answer it waits for until then.
  const bool late = error.code == ErrorCode::kUnknownOutcome && std::chrono::steady_clock::now() >= deadline_;
  error.code = ErrorCode::kUnknownOutcome;
  try {
    if (late) error.text = "the time was over";
    SayPart("a part was carried out (" + std::to_string(bounded_.done()) + " of " +
                std::to_string(bounded_.of()) +
                " steps): what the kernel holds is between the old and the new",
            error);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the code says it.
  }
}

void Nat::EndWithoutMemory() noexcept {
  if (chosen_ == Backend::kIptables) return End(std::unexpected(OutOfMemory()));
  reconciler_->Abandon();
  End(reconciler_->TakeResult());
}

void Nat::RunIptables() {
  if (auto error = WhyRefused({options_.table}, request_)) return End(std::unexpected(*std::move(error)));
  if (leftovers_) {
    wishes_.emplace(leftovers_->TakeContext(),
                    IptablesWishes::Options{options_.scope, options_.owner, options_.inheritance});
    leftovers_.reset();
    lost_.clear();  // the backend itself says it
  }
  if (!wishes_) {
    if (runner_ == nullptr) return End(std::unexpected(reason_));
    IptablesContext::Options options = {options_.table, options_.jitter_seed.value_or(SeedFromClock())};
    auto context = IptablesContext::Make(std::move(runner_), options);
    if (!context) return End(std::unexpected(std::move(context.error())));
    wishes_.emplace(*std::move(context),
                    IptablesWishes::Options{options_.scope, options_.owner, options_.inheritance});
  }
  if (auto error = WhyNftablesMustNotStay()) return End(std::unexpected(*std::move(error)));
  if (auto error = LeavePortsToNftables()) return End(std::unexpected(*std::move(error)));
  Result result = RunWishes();
  if (!result && !reason_.text.empty() && result.error().code == ErrorCode::kNotSupported) {
    result.error().text += "; nor has the kernel nf_tables NAT: " + reason_.text;
  }
  End(std::move(result));
}

Result Nat::RunWishes() {
  const std::size_t before = wishes_->changes_begun();
  bool ran = false;  // then nf_tables may have been changed, too
  try {
    Result result = wishes_->Run(request_, mode_, deadline_);
    ran = true;
    return TakeNftablesAway(std::move(result));
  } catch (const std::bad_alloc&) {
    const bool begun = mode_ == Mode::kApply && (ran || wishes_->changes_begun() != before);
    return std::unexpected(OutOfMemoryIn(begun));
  }
}

Error Nat::OutOfMemoryIn(bool begun) noexcept {
  Error error = OutOfMemory();
  if (begun) error.code = ErrorCode::kUnknownOutcome;
  try {
    error.text += begun ? "; the change may or may not have been made" : "; nothing was changed";
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the code says it.
  }
  return error;
}

Outcome Nat::Commit(const Transaction& transaction) {
  return BoundedCommit::CommitOne(*executor_, transaction, deadline_);
}

Result Nat::Finish(std::expected<void, Error> begun) {
  if (!begun) return std::unexpected(std::move(begun.error()));
  while (Poll() == nullptr) std::this_thread::sleep_until(wake_);
  Result result = *std::move(result_);
  result_.reset();
  return result;
}

std::expected<int, Error> Nat::descriptor() {
  if (reconciler_ == nullptr) return std::unexpected(MovedFrom());
  if (!wakeup_) {
    try {
      auto opened = Wakeup::Open();
      if (!opened) return std::unexpected(std::move(opened.error()));
      wakeup_ = std::move(*opened);
    } catch (const std::bad_alloc&) {
      return std::unexpected(OutOfMemory());
    }
    if (under_way_) wakeup_->Arm(wake_);
  }
  return wakeup_->descriptor();
}

void Nat::Cancel() {
  if (!under_way_ || reconciler_ == nullptr) return;
  try {
    if (chosen_ == Backend::kIptables) {
      // Between two polls nothing is under way: the programs ran to their end, or did not begin.
      return End(std::unexpected(
          Error{.code = ErrorCode::kDeadline, .errno_value = ECANCELED, .text = "the call was cancelled"}));
    }
    reconciler_->Cancel();
    End(reconciler_->TakeResult());
  } catch (const std::bad_alloc&) {
    EndWithoutMemory();
  }
}

const DesiredState& Nat::desired() const {
  static const DesiredState kNothing;
  if (wishes_) return wishes_->desired();
  return reconciler_ == nullptr ? kNothing : reconciler_->desired();
}

// What the log cannot take is no reason to answer otherwise than what was done.
void Nat::Log(LogLevel level, std::string_view text, std::string_view operation) noexcept {
  try {
    options_.log(level, text, operation);
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
}

void Nat::LogOutcome(const Transaction& transaction, const Outcome& outcome) noexcept {
  if (!options_.log) return;
  try {
    if (std::holds_alternative<Committed>(outcome)) {
      for (const Operation& operation : transaction.operations) {
        for (const std::string& line : ToLines(operation)) Log(LogLevel::kDebug, "done", line);
      }
    } else if (const auto* refused = std::get_if<Refused>(&outcome)) {
      const Refusal& refusal = refused->refusals.front();
      const std::string line =
          refusal.operation ? ToLine(transaction.operations[*refusal.operation], refusal.element.value_or(0))
                            : "";
      Log(LogLevel::kInfo, "refused with errno " + std::to_string(refusal.errno_value), line);
    } else if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
      Log(LogLevel::kInfo, "the answer was lost, errno " + std::to_string(unknown->errno_value), "");
    }
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kWarning, kLinesMissing, "");
  }
}

void Nat::LogResult(const Result& result) noexcept {
  if (!options_.log || !result) return;
  try {
    for (const Error& lost : result->lost) Log(LogLevel::kWarning, ToString(lost), lost.operation);
    for (const std::string& note : result->notes) Log(LogLevel::kWarning, note, "");
    for (const auto& lines : result->iptables) {
      for (const std::string& line : lines) Log(LogLevel::kDebug, "done", line);
    }
    for (const Error& missing : result->unsupported)
      Log(LogLevel::kWarning, ToString(missing), missing.operation);
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kWarning, kLinesMissing, "");
  }
}

}  // namespace natplan
