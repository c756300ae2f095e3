// GET messages: one object, or a dump of many.
#ifndef NATPLAN_KERNEL_SIM_GET_H_
#define NATPLAN_KERNEL_SIM_GET_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel_sim/netlink_socket.h"
#include "kernel_sim/nf_tables.h"

namespace natplan::kernel_sim {

// What a GET without NLM_F_DUMP gives: datagrams for the sender, also if it fails after the first.
struct GetReply {
  int error = 0;
  std::vector<std::vector<std::uint8_t>> datagrams;
};

using Getter = GetReply (*)(const NfTables& state, const Request& request);

GetReply GetTable(const NfTables& state, const Request& request);
GetReply GetChain(const NfTables& state, const Request& request);
GetReply GetRule(const NfTables& state, const Request& request);
GetReply GetSet(const NfTables& state, const Request& request);
GetReply GetElements(const NfTables& state, const Request& request);
GetReply GetObject(const NfTables& state, const Request& request);
GetReply GetFlowtable(const NfTables& state, const Request& request);
GetReply GetGeneration(const NfTables& state, const Request& request);

using DumpResult = std::expected<std::unique_ptr<Dump>, int>;
using Dumper = DumpResult (*)(const NfTables& state, const Request& request);

// Dumps refer to `state`, which must outlive them.
DumpResult DumpTables(const NfTables& state, const Request& request);
DumpResult DumpChains(const NfTables& state, const Request& request);
DumpResult DumpRules(const NfTables& state, const Request& request);
DumpResult DumpSets(const NfTables& state, const Request& request);
DumpResult DumpElements(const NfTables& state, const Request& request);
// Of objects and flowtables, which are not modelled.
DumpResult DumpNothing(const NfTables& state, const Request& request);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_GET_H_
