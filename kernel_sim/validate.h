// The graph of chains: no loops, not too deep, every expression where it may be.
#ifndef NATPLAN_KERNEL_SIM_VALIDATE_H_
#define NATPLAN_KERNEL_SIM_VALIDATE_H_

#include "kernel_sim/expression.h"
#include "kernel_sim/nf_tables.h"

namespace natplan::kernel_sim {

// Walks from each base chain of the table through jumps and verdict maps. 0, EMLINK or what an expression
// refuses. Kernel: net/netfilter/nf_tables_api.c nft_table_validate(), nft_chain_validate() (6.18)
int ValidateTable(NfTables& state, Table& table);
// Validates the tables that changes of this batch call for. False: one of them is not valid.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_validate() (6.18)
bool ValidateTables(NfTables& state);
// Kernel: net/netfilter/nf_tables_api.c nft_validate_state_update() (6.18)
void CallForValidation(Table& table);

// For expressions: follows a jump or goto; follows the active elements of a verdict map.
int ValidateVerdict(ValidationContext& context, const Verdict& verdict);
int ValidateVerdictMap(ValidationContext& context, const Set& set);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_VALIDATE_H_
