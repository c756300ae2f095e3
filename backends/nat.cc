#include "backends/nat.h"

#include <unistd.h>

#include <cerrno>
#include <new>
#include <thread>
#include <utility>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

// Short enough to need no memory of its own.
Error OutOfMemory() { return {.code = ErrorCode::kNoMemory, .errno_value = ENOMEM, .text = "out of memory"}; }

std::uint64_t SeedFromClock() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
         static_cast<std::uint64_t>(getpid()) << 32U;
}

std::expected<Nat, Error> Make(std::expected<std::unique_ptr<LinuxSocket>, Error> socket,
                               NatOptions options) {
  if (!socket) return std::unexpected(std::move(socket.error()));
  return Nat(std::make_unique<NetlinkExecutor>(std::move(*socket)), std::move(options));
}

}  // namespace

std::expected<Nat, Error> Nat::Open(NatOptions options) {
  try {
    return Make(LinuxSocket::Open(), std::move(options));
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

std::expected<Nat, Error> Nat::Adopt(int descriptor, NatOptions options) {
  try {
    return Make(LinuxSocket::Adopt(descriptor), std::move(options));
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

Nat::Nat(std::unique_ptr<Executor> executor, NatOptions options)
    : options_(std::move(options)),
      executor_(std::move(executor)),
      reconciler_(std::make_unique<Reconciler>(Reconciler::Options{
          .layout = {options_.table},
          .scope = options_.scope,
          .jitter_seed = options_.jitter_seed.value_or(SeedFromClock()),
          .owner = options_.owner,
          .inheritance = options_.inheritance})) {}

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
  Begin({}, Mode::kPlan);
  return Finish();
}

Result Nat::Preview(const std::vector<Intent>& intents) {
  BeginPreview(intents);
  return Finish();
}

void Nat::BeginChange(const std::vector<Edit>& edits) { Begin(edits, Mode::kApply); }
void Nat::BeginApply(const std::vector<Intent>& intents) { BeginIntents(intents, Mode::kApply); }
void Nat::BeginPreview(const std::vector<Intent>& intents) { BeginIntents(intents, Mode::kPlan); }

void Nat::BeginIntents(const std::vector<Intent>& intents, Mode mode) {
  Begin([&](TimePoint now) { reconciler_->StartReplace(options_.owner, intents, mode, now, deadline_); });
}

void Nat::Begin(const std::vector<Edit>& edits, Mode mode) {
  Begin([&](TimePoint now) { reconciler_->Start(edits, mode, now, deadline_); });
}

template <typename StartCall>
void Nat::Begin(StartCall start) {
  out_of_memory_.reset();
  const TimePoint now = std::chrono::steady_clock::now();
  deadline_ = now + options_.deadline;
  wake_ = now;
  if (wakeup_) wakeup_->Arm(now);
  try {
    start(now);
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
      if (wakeup_) wakeup_->Disarm();
      if (options_.log) LogResult(*result);
      return result;
    }
    now = std::chrono::steady_clock::now();
  }
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
  return out_of_memory_ ? std::move(*out_of_memory_) : reconciler_->TakeResult();
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
  for (const Error& missing : result->unsupported)
    options_.log(LogLevel::kWarning, ToString(missing), missing.operation);
}

}  // namespace natplan
