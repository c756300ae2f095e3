#include "backends/nat.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <set>
#include <thread>
#include <utility>

#include "backends/iptables/iptables_tool.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/plan/probe.h"
#include "core/plan/recovery.h"
#include "core/plan/refusal.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

// Short enough to need no memory of its own.
Error OutOfMemory() { return {.code = ErrorCode::kNoMemory, .errno_value = ENOMEM, .text = "out of memory"}; }

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

bool WantsNothing(const Request& request) {
  return request.intents.empty() &&
         std::ranges::none_of(request.edits, [](const Edit& edit) { return edit.kind == Edit::Kind::kAdd; });
}

}  // namespace

std::expected<NatMeans, Error> NatMeans::Open(Backend backend) {
  try {
    NatMeans means;
    if (backend != Backend::kNftables) {
      means.iptables =
          std::make_unique<IptablesTool>(IptablesToolOptions{.prefer_legacy = backend == Backend::kAuto});
    }
    if (backend == Backend::kIptables) return means;
    auto opened = OverSocket(LinuxSocket::Open());
    if (opened) {
      means.nftables = std::move(*opened);
    } else if (backend == Backend::kAuto && opened.error().code == ErrorCode::kNotSupported) {
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
    return Nat(std::move(*adopted), std::move(options));
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

Nat::Nat(std::unique_ptr<Executor> executor, NatOptions options)
    : Nat(NatMeans{.nftables = std::move(executor)}, std::move(options)) {}

Nat::Nat(NatMeans means, NatOptions options)
    : options_(std::move(options)),
      executor_(std::move(means.nftables)),
      reconciler_(std::make_unique<Reconciler>(
          Reconciler::Options{.layout = {options_.table},
                              .scope = options_.scope,
                              .jitter_seed = options_.jitter_seed.value_or(SeedFromClock()),
                              .owner = options_.owner,
                              .inheritance = options_.inheritance,
                              .force = options_.force})),
      runner_(std::move(means.iptables)),
      chosen_(options_.backend),
      reason_(std::move(means.missing)) {
  if (chosen_ == Backend::kAuto && runner_ == nullptr) chosen_ = Backend::kNftables;
  if (chosen_ == Backend::kAuto && executor_ == nullptr) chosen_ = Backend::kIptables;
}

Result Nat::AddMasquerade(const Masquerade& masquerade) { return OneEdit(Edit::Kind::kAdd, masquerade); }
Result Nat::RemoveMasquerade(const Masquerade& masquerade) {
  return OneEdit(Edit::Kind::kRemove, masquerade);
}
Result Nat::AddForward(const Forward& forward) { return OneEdit(Edit::Kind::kAdd, forward); }
Result Nat::RemoveForward(const Forward& forward) { return OneEdit(Edit::Kind::kRemove, forward); }

Result Nat::OneEdit(Edit::Kind kind, const Intent& intent) {
  try {
    BeginChange({Edit{kind, options_.owner, intent}});
    return Finish();
  } catch (const std::bad_alloc&) {
    reconciler_->Abandon();
    return std::unexpected(OutOfMemory());
  }
}

Result Nat::Change(const std::vector<Edit>& edits) {
  BeginChange(edits);
  return Finish();
}

Result Nat::Apply(const std::vector<Intent>& intents) {
  BeginApply(intents);
  return Finish();
}

Result Nat::Verify() {
  Begin(Request{}, Mode::kPlan);
  return Finish();
}

Result Nat::Preview(const std::vector<Intent>& intents) {
  BeginPreview(intents);
  return Finish();
}

void Nat::BeginChange(const std::vector<Edit>& edits) { Begin({.edits = edits}, Mode::kApply); }
void Nat::BeginApply(const std::vector<Intent>& intents) {
  Begin({.replaced = options_.owner, .intents = intents}, Mode::kApply);
}
void Nat::BeginPreview(const std::vector<Intent>& intents) {
  Begin({.replaced = options_.owner, .intents = intents}, Mode::kPlan);
}

void Nat::Begin(Request request, Mode mode) {
  out_of_memory_.reset();
  by_iptables_.reset();
  const TimePoint now = std::chrono::steady_clock::now();
  deadline_ = now + options_.deadline;
  wake_ = now;
  if (wakeup_) wakeup_->Arm(now);
  mode_ = mode;
  try {
    request_ = {};
    if (chosen_ != Backend::kNftables) request_ = request;
    if (chosen_ != Backend::kIptables) reconciler_->Start(std::move(request), mode, now, deadline_);
  } catch (const std::bad_alloc&) {
    reconciler_->Abandon();
    out_of_memory_ = std::unexpected(OutOfMemory());
  }
}

const Result* Nat::Poll() {
  if (out_of_memory_) return &*out_of_memory_;
  try {
    return Run(std::chrono::steady_clock::now());
  } catch (const std::bad_alloc&) {
    reconciler_->Abandon();
    out_of_memory_ = std::unexpected(OutOfMemory());
    return &*out_of_memory_;
  }
}

// Steps until there is a result or nothing can be done before some time.
const Result* Nat::Run(TimePoint now) {
  if (chosen_ == Backend::kIptables) return RunIptables();
  for (;;) {
    const Step step = reconciler_->Poll(now);
    if (const auto* read = std::get_if<ReadStep>(&step)) {
      const auto snapshot = executor_->Read(read->request, deadline_);
      reconciler_->OnSnapshot(snapshot);
    } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
      const Outcome outcome = Commit(*commit->transaction);
      if (options_.log) LogOutcome(*commit->transaction, outcome);
      reconciler_->OnOutcome(outcome);
    } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
      reconciler_->OnDrained(executor_->Drain(drain->tables, drain->since));
    } else if (const auto* wait = std::get_if<WaitStep>(&step)) {
      wake_ = wait->until;
      if (wakeup_) wakeup_->Arm(wake_);
      return nullptr;
    } else {
      const Result* result = std::get<FinishedStep>(step).result;
      if (chosen_ == Backend::kAuto && LacksNftables(*result)) return RunIptables();
      return Ended(*result);
    }
    now = std::chrono::steady_clock::now();
  }
}

const Result* Nat::Ended(const Result& result) {
  if (wakeup_) wakeup_->Disarm();
  if (options_.log) LogResult(result);
  return &result;
}

// Whether the kernel said that it has no nf_tables NAT for anything that the call wants; otherwise, if it
// answered at all, nf_tables is chosen.
bool Nat::LacksNftables(const Result& result) {
  if (!result) {
    if (result.error().code != ErrorCode::kNotSupported) return false;
    reason_ = result.error();
  } else if (result->changed) {
    chosen_ = Backend::kNftables;
    return false;
  } else if (!result->transaction.operations.empty()) {
    if (!PlanIsUnsupported(result->transaction)) return false;
  } else if (!WantsNothing(request_) || !HasNoNat()) {
    return false;
  }
  chosen_ = Backend::kIptables;
  if (options_.log) {
    options_.log(LogLevel::kInfo, "iptables takes the place of nf_tables: " + ToString(reason_),
                 reason_.operation);
  }
  return true;
}

// A plan was not sent: the kernel is given it to look at.
bool Nat::PlanIsUnsupported(const Transaction& plan) {
  Transaction probe = plan;
  probe.check_only = true;
  probe.required_generation.reset();
  const Outcome outcome = Commit(probe);
  const auto* refused = std::get_if<Refused>(&outcome);
  if (refused == nullptr) return false;
  Recovery recovery = Classify(probe, *refused);
  std::set<Family> touched;
  for (const Operation& operation : probe.operations) touched.insert(TableOf(operation).family);
  if (recovery.unsupported.empty() || recovery.unsupported.size() < touched.size()) return false;
  reason_ = std::move(recovery.unsupported.begin()->second);
  return true;
}

// Where nothing is wanted and nf_tables has nothing to remove, iptables may have.
bool Nat::HasNoNat() {
  for (const Family family : kFamilies) {
    const Transaction probe = ProbeOf(family);
    if (!Interpret(probe, Commit(probe)).LacksNat()) return false;
  }
  reason_ = {.code = ErrorCode::kNotSupported,
             .errno_value = EOPNOTSUPP,
             .text = "this kernel has no nf_tables NAT; `natplan doctor` says what is missing"};
  return true;
}

const Result* Nat::RunIptables() {
  if (by_iptables_) return &*by_iptables_;
  if (auto error = WhyRefused({options_.table}, request_)) {
    by_iptables_ = std::unexpected(*std::move(error));
    return Ended(*by_iptables_);
  }
  if (!wishes_) {
    if (runner_ == nullptr) {
      by_iptables_ = std::unexpected(reason_);
      return Ended(*by_iptables_);
    }
    auto context = IptablesContext::Make(std::move(runner_),
                                         {options_.table, options_.jitter_seed.value_or(SeedFromClock())});
    if (!context) {
      by_iptables_ = std::unexpected(std::move(context.error()));
      return Ended(*by_iptables_);
    }
    wishes_.emplace(*std::move(context),
                    IptablesWishes::Options{options_.scope, options_.owner, options_.inheritance});
  }
  by_iptables_ = wishes_->Run(request_, mode_, deadline_);
  if (!*by_iptables_ && !reason_.text.empty() && (*by_iptables_).error().code == ErrorCode::kNotSupported) {
    (*by_iptables_).error().text += "; nor has the kernel nf_tables NAT: " + reason_.text;
  }
  return Ended(*by_iptables_);
}

Outcome Nat::Commit(const Transaction& transaction) {
  try {
    return executor_->Commit(transaction, deadline_);
  } catch (const std::bad_alloc&) {
    // Before or after it was sent: nobody can tell.
    return Unknown{ENOMEM};
  }
}

Result Nat::Finish() {
  while (Poll() == nullptr) std::this_thread::sleep_until(wake_);
  if (out_of_memory_) return std::move(*out_of_memory_);
  return by_iptables_ ? std::move(*by_iptables_) : reconciler_->TakeResult();
}

std::expected<int, Error> Nat::descriptor() {
  if (!wakeup_) {
    auto opened = Wakeup::Open();
    if (!opened) return std::unexpected(std::move(opened.error()));
    wakeup_ = std::move(*opened);
    wakeup_->Arm(wake_);
  }
  return wakeup_->descriptor();
}

void Nat::Cancel() {
  try {
    if (chosen_ == Backend::kIptables) {
      // Between two polls nothing is under way: the programs ran to their end, or did not begin.
      if (by_iptables_) return;
      by_iptables_ = std::unexpected(
          Error{.code = ErrorCode::kDeadline, .errno_value = ECANCELED, .text = "the call was cancelled"});
      return;
    }
    reconciler_->Cancel();
  } catch (const std::bad_alloc&) {
    reconciler_->Abandon();
    out_of_memory_ = std::unexpected(OutOfMemory());
  }
}

void Nat::LogOutcome(const Transaction& transaction, const Outcome& outcome) {
  if (std::holds_alternative<Committed>(outcome)) {
    for (const Operation& operation : transaction.operations) {
      for (const std::string& line : ToLines(operation)) options_.log(LogLevel::kDebug, "done", line);
    }
  } else if (const auto* refused = std::get_if<Refused>(&outcome)) {
    const Refusal& refusal = refused->refusals.front();
    const std::string line =
        refusal.operation ? ToLine(transaction.operations[*refusal.operation], refusal.element.value_or(0))
                          : "";
    options_.log(LogLevel::kInfo, "refused with errno " + std::to_string(refusal.errno_value), line);
  } else if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
    options_.log(LogLevel::kInfo, "the answer was lost, errno " + std::to_string(unknown->errno_value), "");
  }
}

void Nat::LogResult(const Result& result) {
  if (!result) return;
  for (const Error& lost : result->lost) options_.log(LogLevel::kWarning, ToString(lost), lost.operation);
  for (const std::string& note : result->notes) options_.log(LogLevel::kWarning, note, "");
  for (const auto& lines : result->iptables) {
    for (const std::string& line : lines) options_.log(LogLevel::kDebug, "done", line);
  }
  for (const Error& missing : result->unsupported)
    options_.log(LogLevel::kWarning, ToString(missing), missing.operation);
}

}  // namespace natplan
