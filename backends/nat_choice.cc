// Which backend a context chooses, by what the kernel answers.
#include <cerrno>
#include <set>
#include <utility>

#include "backends/nat.h"
#include "core/plan/probe.h"
#include "core/plan/recovery.h"

namespace natplan {

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
  if (options_.log)
    Log(LogLevel::kInfo, "iptables takes the place of nf_tables: " + ToString(reason_), reason_.operation);
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

}  // namespace natplan
