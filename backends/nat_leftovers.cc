// What the backend that is not in use still holds of natplan: it would act beside the one that is.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include "backends/nat.h"
#include "core/plan/layout.h"

namespace natplan {
namespace {

bool Adds(const Request& request, Mode mode) {
  const auto adds = [](const Edit& edit) { return edit.kind == Edit::Kind::kAdd; };
  return mode == Mode::kApply && (!request.intents.empty() || std::ranges::any_of(request.edits, adds));
}

}  // namespace

void Nat::LookForLeftovers() {
  if (chosen_ != Backend::kIptables && runner_ != nullptr) {
    // A table's name that does not fit into a comment has no rules.
    auto context =
        IptablesContext::Make(std::move(runner_), {options_.table, options_.jitter_seed.value_or(1)});
    if (context) leftovers_.emplace(*std::move(context));
  }
  if (options_.backend == Backend::kIptables && executor_ != nullptr && Layout{options_.table}.own()) {
    NatOptions options;
    options.table = options_.table;
    options.owner = options_.owner;
    options.deadline = options_.deadline;
    options.jitter_seed = options_.jitter_seed;
    options.backend = Backend::kNftables;
    nftables_ = std::make_unique<Nat>(std::move(executor_), std::move(options));
  }
}

// What iptables does for the owners of the call is wanted of nf_tables from now on. An error if nobody can
// tell what that is; that nothing may be asked is for nf_tables to say.
std::optional<Error> Nat::KeepLeftovers(Request& request) {
  if (!leftovers_ || leftovers_->none()) return std::nullopt;
  std::set<Owner> owners;
  if (options_.inheritance == Inheritance::kAdopt && !request.replaced)
    owners = OwnersOf(request, options_.owner);
  auto edits = leftovers_->EditsToKeep(owners, Adds(request, mode_), deadline_);
  if (!edits && edits.error().code != ErrorCode::kNotPermitted) return std::move(edits.error());
  if (edits) request.edits.insert(request.edits.begin(), edits->begin(), edits->end());
  return std::nullopt;
}

// After nf_tables holds what is wanted, so that nothing is ever without NAT.
Result Nat::TakeLeftoversAway(Result result) {
  if (!result || !result->unsupported.empty() || !leftovers_ || leftovers_->none()) return result;
  try {
    auto taken = leftovers_->TakeAway(OwnersOf(request_, options_.owner), options_.scope, mode_,
                                      Adds(request_, mode_), deadline_, *result);
    if (!taken) return std::unexpected(std::move(taken.error()));
  } catch (const std::bad_alloc&) {
    return std::unexpected(Error{.code = result->changed ? ErrorCode::kUnknownOutcome : ErrorCode::kNoMemory,
                                 .errno_value = ENOMEM,
                                 .text = "out of memory"});
  }
  return result;
}

// Only a call that replaces all that the owner wants may take it away from nf_tables: an edit knows just a
// part.
std::optional<Error> Nat::WhyNftablesMustNotStay() {
  if (nftables_ == nullptr || request_.replaced) return std::nullopt;
  for (const Owner& owner : OwnersOf(request_, options_.owner)) {
    const Result held = nftables_->Do(Request{.replaced = owner}, Mode::kPlan);
    if (!held && held.error().code == ErrorCode::kNotSupported) return std::nullopt;
    if (!held) return held.error();
    if (held->transaction.operations.empty()) continue;
    return Error{
        .code = ErrorCode::kConflict,
        .errno_value = EEXIST,
        .text = "nf_tables does NAT for owner \"" + owner.name() + "\" already (table " + options_.table +
                "), and would act beside iptables; apply all that the owner wants by iptables, which "
                "takes it away there, or remove it with: natplan remove --owner " +
                owner.name() + " --backend nftables"};
  }
  return std::nullopt;
}

// After the rules of iptables hold what is wanted.
Result Nat::TakeNftablesAway(Result result) {
  if (!result || nftables_ == nullptr || !request_.replaced || !result->unsupported.empty()) return result;
  Result taken = nftables_->Do(Request{.replaced = request_.replaced}, mode_);
  if (!taken && taken.error().code == ErrorCode::kNotSupported) return result;
  if (!taken) {
    Error error = std::move(taken.error());
    if (result->changed) error.code = ErrorCode::kUnknownOutcome;
    error.text =
        "iptables holds what was asked for, but what nf_tables holds of this owner could not be taken "
        "away and acts beside it: " +
        error.text;
    return std::unexpected(std::move(error));
  }
  if (taken->transaction.operations.empty()) return result;
  result->changed |= taken->changed;
  result->transaction = std::move(taken->transaction);
  result->notes.emplace_back(
      "nf_tables held what this owner wants, from before iptables was used; it is taken away");
  return result;
}

}  // namespace natplan
