// Data that may be verdicts: what they point to, and who counts it.
#ifndef NATPLAN_KERNEL_SIM_VERDICT_H_
#define NATPLAN_KERNEL_SIM_VERDICT_H_

#include <cstdint>

#include "kernel_sim/attributes.h"
#include "kernel_sim/data.h"
#include "kernel_sim/message_writer.h"

namespace natplan::kernel_sim {

struct NfTables;
struct Table;

// Reads NFTA_DATA_VALUE or NFTA_DATA_VERDICT inside `nest`. A jump takes a reference on its chain (use);
// whoever keeps the data gives it back with ReleaseVerdict. Returns 0 or an errno. Kernel:
// net/netfilter/nf_tables_api.c nft_data_init(), nft_verdict_init() (6.18)
int ParseData(NfTables& state, const Table& table, const Attribute& nest, const DataDescription& description,
              Data& out);

bool IsJump(const Verdict& verdict);
void HoldVerdict(const Verdict& verdict);
void ReleaseVerdict(const Verdict& verdict);

// Writes a nest `type` around the verdict.
void DumpVerdict(MessageWriter& writer, std::uint16_t type, const Verdict& verdict);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_VERDICT_H_
