// The requests for dumps that a listing is made from.
#ifndef NATPLAN_KERNEL_SIM_LISTING_DUMP_REQUEST_H_
#define NATPLAN_KERNEL_SIM_LISTING_DUMP_REQUEST_H_

#include <cstdint>
#include <vector>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim {

enum class Dump { kTables, kChains, kSets, kRules };

// All objects of that kind, of all families. One datagram, for a simulated socket or a real one.
std::vector<std::uint8_t> DumpRequest(Dump dump, std::uint32_t sequence);

// All elements of one set.
std::vector<std::uint8_t> ElementsDumpRequest(const listing::SetKey& set, std::uint32_t sequence);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_DUMP_REQUEST_H_
