// What identifies an element on the wire: flags and key.
#ifndef NATPLAN_KERNEL_SIM_ELEMENT_KEY_H_
#define NATPLAN_KERNEL_SIM_ELEMENT_KEY_H_

#include <array>
#include <cstdint>

#include "kernel_sim/attributes.h"
#include "kernel_sim/data.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/set.h"

namespace natplan::kernel_sim {

using ElementAttributes = AttributeTable<NFTA_SET_ELEM_MAX + 1>;

inline constexpr std::array<AttributeRule, NFTA_SET_ELEM_MAX + 1> kElementPolicy = {{
    {},
    {AttributeKind::kNested},                  // NFTA_SET_ELEM_KEY
    {AttributeKind::kNested},                  // NFTA_SET_ELEM_DATA
    {AttributeKind::kU32},                     // NFTA_SET_ELEM_FLAGS
    {AttributeKind::kU64},                     // NFTA_SET_ELEM_TIMEOUT
    {AttributeKind::kU64},                     // NFTA_SET_ELEM_EXPIRATION
    {AttributeKind::kBinary, kUserdataLimit},  // NFTA_SET_ELEM_USERDATA
    {AttributeKind::kNested},                  // NFTA_SET_ELEM_EXPR
    {},                                        // NFTA_SET_ELEM_PAD
    {AttributeKind::kString, kNameLimit},      // NFTA_SET_ELEM_OBJREF
    {AttributeKind::kNested},                  // NFTA_SET_ELEM_KEY_END
    {AttributeKind::kNested},                  // NFTA_SET_ELEM_EXPRESSIONS
}};

// Reads NFTA_SET_ELEM_FLAGS and checks that a key is there exactly if the element is not the catch-all.
// Kernel: net/netfilter/nf_tables_api.c nft_setelem_parse_flags() (6.18)
int ParseElementFlags(const Set& set, const ElementAttributes& attributes, std::uint32_t& out);

// Kernel: net/netfilter/nf_tables_api.c nft_setelem_parse_key() (6.18)
int ParseElementKey(const Set& set, const Attribute& attribute, Data& out);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_ELEMENT_KEY_H_
