#include "kernel_sim/element_key.h"

#include <cerrno>

#include "kernel_sim/handlers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_SET_ELEM_LIST_MAX + 1> kListPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},  // NFTA_SET_ELEM_LIST_TABLE
    {AttributeKind::kString, kNameLimit},  // NFTA_SET_ELEM_LIST_SET
    {AttributeKind::kNested},              // NFTA_SET_ELEM_LIST_ELEMENTS
    {AttributeKind::kU32},                 // NFTA_SET_ELEM_LIST_SET_ID
}};

}  // namespace

std::span<const AttributeRule> ElementListPolicy() { return kListPolicy; }

int ParseElementFlags(const Set& set, const ElementAttributes& attributes, std::uint32_t& out) {
  constexpr std::uint32_t kBoth = NFT_SET_ELEM_INTERVAL_END | NFT_SET_ELEM_CATCHALL;
  if (attributes[NFTA_SET_ELEM_FLAGS]) {
    out = ReadU32(attributes[NFTA_SET_ELEM_FLAGS]);
    if ((out & ~kBoth) != 0) return EOPNOTSUPP;
    if (!set.is_interval() && (out & NFT_SET_ELEM_INTERVAL_END) != 0) return EINVAL;
    if ((out & kBoth) == kBoth) return EINVAL;
  }
  const bool catch_all = (out & NFT_SET_ELEM_CATCHALL) != 0;
  return catch_all == static_cast<bool>(attributes[NFTA_SET_ELEM_KEY]) ? EINVAL : 0;
}

int ParseElementKey(const Set& set, const Attribute& attribute, Data& out) {
  const DataDescription description{.value_allowed = true, .limit = 64, .length = set.declaration.key_length};
  return ParseValueData(attribute, description, out);
}

}  // namespace natplan::kernel_sim
