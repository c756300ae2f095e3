// What the backend that is not in use still holds of natplan: it would act beside the one that is.
#include <algorithm>
#include <cerrno>
#include <iterator>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include "backends/nat.h"
#include "backends/read_until.h"
#include "core/plan/held_elsewhere.h"
#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"

namespace natplan {
namespace {

bool Adds(const Request& request, Mode mode) { return mode == Mode::kApply && !WantsNothing(request); }

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

// What iptables does for the owners of the call is wanted of nf_tables from now on, and what it does for
// others is theirs. An error if nobody can tell what that is, also where nothing is kept: what cannot be read
// now could not be taken away after nf_tables was changed. That nothing may be asked is for nf_tables to say.
std::optional<Error> Nat::KeepLeftovers(Request& request) {
  if (!leftovers_ || leftovers_->none()) return std::nullopt;
  const auto intents = leftovers_->Intents(Adds(request, mode_), deadline_);
  if (!intents && intents.error().code != ErrorCode::kNotPermitted) return intents.error();
  if (!intents) return std::nullopt;
  const std::set<Owner> owners = OwnersOf(request, options_.owner);
  if (options_.scope != Scope::kExclusive) {
    HeldElsewhere held("iptables", "iptables");
    held.Add(*intents, owners);
    if (auto error = LeaveTo(held, request)) return error;
  }
  if (options_.inheritance != Inheritance::kAdopt || request.replaced) return std::nullopt;
  std::vector<Edit> kept;
  for (const OwnedIntent& owned : *intents) {
    if (owners.contains(owned.owner)) kept.push_back({Edit::Kind::kAdd, owned.owner, owned.intent});
  }
  request.edits.insert(request.edits.begin(), kept.begin(), kept.end());
  return std::nullopt;
}

// What is held elsewhere is not asked for: the call says that it is lost, or is refused.
std::optional<Error> Nat::LeaveTo(const HeldElsewhere& held, Request& request) {
  std::vector<Error> taken = held.TakeFrom(request);
  if (!taken.empty() && !request.lenient) return std::move(taken.front());
  lost_ = std::move(taken);
  return std::nullopt;
}

// After nf_tables holds what is wanted, so that nothing is ever without NAT.
void Nat::TakeLeftoversAway(Result& result) {
  if (!result || !leftovers_ || leftovers_->none()) return;
  const std::size_t before = leftovers_->changes_begun();
  try {
    std::ranges::move(lost_, std::back_inserter(result->lost));
    if (!result->unsupported.empty()) return;
    auto taken = leftovers_->TakeAway(OwnersOf(request_, options_.owner), options_.scope, mode_,
                                      Adds(request_, mode_), deadline_, *result);
    if (!taken) result = std::unexpected(std::move(taken.error()));
  } catch (const std::bad_alloc&) {
    result = std::unexpected(OutOfMemoryIn(result->changed || leftovers_->changes_begun() != before));
  }
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

// The ports that nf_tables forwards, for whomever, and goes on forwarding after this call.
std::optional<Error> Nat::LeavePortsToNftables() {
  if (nftables_ == nullptr || WantsNothing(request_)) return std::nullopt;
  const Layout layout{options_.table};
  ReadRequest maps{.sets = {kForwardMap}};
  for (const Family family : kFamilies) maps.tables.push_back(layout.Id(family));
  const auto snapshot = ReadUntil(deadline_, *nftables_->executor_, maps);
  if (!snapshot && snapshot.error().code == ErrorCode::kNotSupported) return std::nullopt;
  if (!snapshot) return snapshot.error();
  std::set<Owner> leaving;
  if (request_.replaced) leaving.insert(*request_.replaced);
  HeldElsewhere held("nf_tables", "nftables");
  for (const TableSnapshot& table : snapshot->tables)
    held.Add(ViewOf(layout, table.id.family, &table), leaving);
  return LeaveTo(held, request_);
}

// After the rules of iptables hold what is wanted.
Result Nat::TakeNftablesAway(Result result) {
  if (result) std::ranges::move(lost_, std::back_inserter(result->lost));
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
