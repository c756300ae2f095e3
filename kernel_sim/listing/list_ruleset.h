// A ruleset as `nft list ruleset` (1.0.6) prints it, made from the bytes of dumps.
#ifndef NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_
#define NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/ruleset.h"

namespace natplan::kernel_sim {

// Byte for byte what nft prints for tables, chains, sets, maps, elements and the expressions fib, meta, payload,
// bitwise, cmp, lookup, immediate, nat, masq and counter. Another expression stands there as
// "# unknown expression NAME".
std::string ListRuleset(const Ruleset& ruleset);

// Opens a socket on the simulated kernel, dumps everything and prints it. The error is the errno of the first
// thing that failed; EBADMSG: a dump cannot be decoded.
std::expected<std::string, int> ListRuleset(Kernel& kernel);

// The same dumps without the printing, for a Monitor that has to know what was there before.
std::expected<Ruleset, int> ReadRuleset(Kernel& kernel);

// The requests that ListRuleset(Kernel&) sends, for whoever has another kernel to ask.
enum class Dump { kTables, kChains, kSets, kRules };
std::vector<std::uint8_t> DumpRequest(Dump dump, std::uint32_t sequence);
std::vector<std::uint8_t> ElementsDumpRequest(const listing::SetKey& set, std::uint32_t sequence);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_LIST_RULESET_H_
