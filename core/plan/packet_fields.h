// Pieces of rules: where fields stand in headers and registers.
#ifndef NATPLAN_CORE_PLAN_PACKET_FIELDS_H_
#define NATPLAN_CORE_PLAN_PACKET_FIELDS_H_

#include <cstdint>

#include "core/values/address.h"
#include "core/values/expression.h"

namespace natplan {

inline constexpr std::uint32_t kLoopbackIndex = 1;  // lo has interface index 1 in every network namespace

// The kernel keeps interface indices and address types in registers as numbers of the host.
RegisterBytes HostOrder(std::uint32_t value);

struct AddressField {
  std::uint32_t offset;  // bytes from the network header
  std::uint32_t length;  // bytes
};
AddressField SourceField(Family family);
AddressField DestinationField(Family family);

// Where a rule keeps things.
struct FieldRegisters {
  Register first;       // addresses, and the map's key and data
  Register key_port;    // the key's second word
  Register data_port4;  // behind an IPv4 address
  Register data_port6;  // behind an IPv6 address
};
// As linux/netfilter/nf_tables.h numbers them: 1 to 4 of 16 bytes, and the same room again as 8 to 23 of 4
// bytes.
inline constexpr FieldRegisters kOriginRegisters = {9, 10, 10, 13};
inline constexpr FieldRegisters kNftRegisters = {1, 9, 9, 2};

// dnat to meta l4proto . th dport map @MAP
void AppendForward(Family family, const FieldRegisters& r, const char* map, Expressions& out);

// fib saddr type != local fib daddr type != broadcast fib daddr type != multicast (ip6, which has no
// broadcast: without that)
//
// Packets that the host itself did not send, and that are for one machine. The kernel decides by the address
// alone, whatever routes there are: that is why unicast is not asked for, which in ip6 takes a route.
void AppendOthersUnicast(Family family, Register reg, Expressions& out);

// ct status dnat
void AppendTranslated(Register reg, Expressions& out);

// The label of connections that leave by the interface by which they came in, after they were translated.
// ct label 127
void AppendHairpin(Register reg, Expressions& out);
// ct state new ct status dnat fib daddr . iif oif exists ct label set 127
Expressions HairpinRule();

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_PACKET_FIELDS_H_
