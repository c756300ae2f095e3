// Tables, chains and sets in nft syntax, without their contents.
#ifndef NATPLAN_KERNEL_SIM_LISTING_OBJECT_TEXT_H_
#define NATPLAN_KERNEL_SIM_LISTING_OBJECT_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim::listing {

// "ip", "ip6", ...
std::string FamilyText(std::uint8_t family);

// "ip NAME"
std::string TableText(const TableKey& table);

// "flags dormant", or empty.
std::string TableFlagsText(const Table& table);

// "type nat hook prerouting priority dstnat + 1; policy accept;"
std::string HookText(std::uint8_t family, const Hook& hook);

// "set" or "map".
std::string SetKind(const Set& set);

// What stands in a set's block before its elements, one statement each: "type ipv4_addr", "flags interval".
std::vector<std::string> SetStatements(const Set& set);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_OBJECT_TEXT_H_
