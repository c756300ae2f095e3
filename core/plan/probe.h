// Asks a kernel which pieces of nf_tables NAT it has, without changing anything.
//
// A context needs no probe: the refusal of its first real transaction says the same. This is for who must
// know before there is an intent. The kernel may load modules to answer.
#ifndef NATPLAN_CORE_PLAN_PROBE_H_
#define NATPLAN_CORE_PLAN_PROBE_H_

#include "core/values/operation.h"
#include "core/values/outcome.h"

namespace natplan {

enum class Presence { kYes, kNo, kUnknown };

struct ProbeAnswer {
  Presence presence = Presence::kUnknown;
  int errno_value = 0;  // with kNo and kUnknown: the kernel's; 0 if it was not asked, or could not answer,
                        // because another piece is missing
  friend bool operator==(const ProbeAnswer&, const ProbeAnswer&) = default;
};

// Of one family.
struct ProbeAnswers {
  ProbeAnswer nf_tables = {};   // tables of the family
  ProbeAnswer permission = {};  // CAP_NET_ADMIN over the network namespace
  ProbeAnswer nat = {};         // chains of type nat, and the expression "nat"
  ProbeAnswer masquerade = {};  // the expression "masq"
  ProbeAnswer fib = {};         // the expression "fib"
  ProbeAnswer map_types = {};   // a map of concatenated types that gives address and port
  friend bool operator==(const ProbeAnswers&, const ProbeAnswers&) = default;

  bool CanNat() const;    // everything that natplan's table needs is there
  bool LacksNat() const;  // a piece is missing for certain; never because of a lacking permission
};

// A check-only transaction, in which the kernel refuses each operation whose piece it lacks.
Transaction ProbeOf(Family family);

// What the outcome of ProbeOf's transaction says.
ProbeAnswers Interpret(const Transaction& probe, const Outcome& outcome);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_PROBE_H_
