#include "cli/session.h"

#include <unistd.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "cli/interrupt.h"
#include "cli/interruptible.h"

namespace natplan::cli {

std::expected<Session, Error> Session::Open(NatOptions options) {
  auto means = NatMeans::Open(options.backend, RunningProgram());
  if (!means) return std::unexpected(std::move(means.error()));
  const Witness* witness = nullptr;
  if (means->nftables != nullptr) {
    auto kernel = std::make_unique<Witness>(Interruptible(std::move(means->nftables), options.steps > 0));
    witness = kernel.get();
    means->nftables = std::move(kernel);
  }
  if (means->iptables != nullptr) means->iptables = Interruptible(std::move(means->iptables));
  return Session(witness, Nat(*std::move(means), std::move(options)));
}

const Snapshot& Session::last_read() const {
  static const Snapshot nothing;
  return kernel_ == nullptr ? nothing : kernel_->last_read();
}

const Transaction* Session::unanswered() const {
  return kernel_ == nullptr || !kernel_->unanswered() ? nullptr : &*kernel_->unanswered();
}

std::expected<Report, ExitCode> Session::Run(const std::function<Result(Nat&)>& call, bool json,
                                             Console& console) {
  Result result = call(nat_);
  // What is not known is said in full.
  if (!result && result.error().code == ErrorCode::kUnknownOutcome && SignalCame())
    console.Error(result.error());
  Settle(result);
  if (!result) return std::unexpected(console.Fail(result.error(), json));
  return *std::move(result);
}

BackendUse Session::Used(const Report& report) const {
  if (!report.by_iptables) return {};
  const std::string& why = nat_.backend_reason().text;
  return {.name = "iptables", .reason = why.empty() ? "it was asked for" : why};
}

namespace {

// For a person who waits; and between two steps a signal ends the process.
std::function<void(std::size_t, std::size_t)> ProgressOn(Console& console) {
  const bool is_awaited = isatty(STDERR_FILENO) != 0;
  return [&console, is_awaited](std::size_t done, std::size_t of) {
    StepDone(done, of);
    if (is_awaited) console.Note("step " + std::to_string(done) + " of " + std::to_string(of));
  };
}

}  // namespace

std::expected<OpenFile, ExitCode> Open(const FileOptions& options, Console& console) {
  auto wish = LoadWish(options.file, options.owner, options.call.deadline, options.call.json, console);
  if (!wish) return std::unexpected(wish.error());
  auto session = Session::Open({.table = options.table.table,
                                .scope = options.table.scope(),
                                .owner = wish->owner,
                                .force = options.table.force,
                                .deadline = options.call.deadline,
                                .backend = options.call.backend,
                                .steps = options.steps,
                                .progress = ProgressOn(console)});
  if (!session) return std::unexpected(console.Fail(session.error(), options.call.json));
  return OpenFile{std::move(*wish), std::move(*session)};
}

}  // namespace natplan::cli
