#include "cli/session.h"

#include <cerrno>
#include <memory>

#include "cli/interrupt.h"

namespace natplan::cli {
namespace {

// Null if a signal came before there was a result.
const Result* Finish(Nat& nat, int wake, const Interrupt& interrupt) {
  for (;;) {
    if (interrupt.came()) return nullptr;
    if (const Result* result = nat.Poll()) return result;
    interrupt.WaitFor(wake);
  }
}

ExitCode SayInterrupted(Nat& nat, bool json, Console& console) {
  nat.Cancel();
  const Result* result = nat.Poll();
  const bool unknown = result != nullptr && !*result && result->error().code == ErrorCode::kUnknownOutcome;
  Error error{.errno_value = EINTR};
  error.text = unknown ? "interrupted: the kernel holds the old state or the new one, each of them whole; "
                         "`natplan check` says which"
                       : "interrupted: the old state holds, nothing was changed";
  (void)console.Fail(error, json);
  return ExitCode::kInterrupted;
}

}  // namespace

std::expected<Session, Error> Session::Open(NatOptions options) {
  auto means = NatMeans::Open(options.backend);
  if (!means) return std::unexpected(std::move(means.error()));
  const Witness* witness = nullptr;
  if (means->nftables != nullptr) {
    auto kernel = std::make_unique<Witness>(std::move(means->nftables));
    witness = kernel.get();
    means->nftables = std::move(kernel);
  }
  return Session(witness, Nat(*std::move(means), std::move(options)));
}

const Snapshot& Session::last_read() const {
  static const Snapshot nothing;
  return kernel_ == nullptr ? nothing : kernel_->last_read();
}

const Transaction* Session::unanswered() const {
  return kernel_ == nullptr || !kernel_->unanswered() ? nullptr : &*kernel_->unanswered();
}

std::expected<Report, ExitCode> Session::Run(const Begin& begin, bool json, Console& console) {
  const auto wake = nat_.descriptor();
  if (!wake) return std::unexpected(console.Fail(wake.error(), json));
  const Interrupt interrupt;
  if (const auto begun = begin(nat_); !begun) return std::unexpected(console.Fail(begun.error(), json));
  const Result* result = Finish(nat_, *wake, interrupt);
  if (result == nullptr) return std::unexpected(SayInterrupted(nat_, json, console));
  if (!*result) return std::unexpected(console.Fail(result->error(), json));
  return **result;
}

BackendUse Session::Used(const Report& report) const {
  if (!report.by_iptables) return {};
  const std::string& why = nat_.backend_reason().text;
  return {.name = "iptables", .reason = why.empty() ? "it was asked for" : why};
}

std::expected<OpenFile, ExitCode> Open(const FileOptions& options, Console& console) {
  auto wish = LoadWish(options.file, options.owner, options.call.json, console);
  if (!wish) return std::unexpected(wish.error());
  auto session = Session::Open({.table = options.table.table,
                                .scope = options.table.scope(),
                                .owner = wish->owner,
                                .deadline = options.call.deadline,
                                .backend = options.call.backend});
  if (!session) return std::unexpected(console.Fail(session.error(), options.call.json));
  return OpenFile{std::move(*wish), std::move(*session)};
}

}  // namespace natplan::cli
