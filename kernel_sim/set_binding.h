// The tie between a lookup and its set: a set in use cannot be deleted, an anonymous one lives as long as its
// rule.
#ifndef NATPLAN_KERNEL_SIM_SET_BINDING_H_
#define NATPLAN_KERNEL_SIM_SET_BINDING_H_

#include "kernel_sim/expression.h"
#include "kernel_sim/nf_tables.h"

namespace natplan::kernel_sim {

// 0, or EBUSY for an anonymous set that is bound already.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_bind_set() (6.18)
int BindSet(NfTables& state, Set& set, bool reads_data);
// Kernel: net/netfilter/nf_tables_api.c nf_tables_activate_set() (6.18)
void ActivateSet(Set& set);
// Kernel: net/netfilter/nf_tables_api.c nf_tables_deactivate_set() (6.18)
void DeactivateSet(NfTables& state, Set& set, bool reads_data, ReleasePhase phase);

// Gives back, or takes again, what the elements of a verdict map refer to.
void ReleaseElementVerdicts(const Set& set);
void HoldElementVerdicts(const Set& set);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_SET_BINDING_H_
