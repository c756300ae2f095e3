#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/chain_demands.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/expressions/nat_range.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_NAT_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_NAT_TYPE
    {AttributeKind::kU32},  // NFTA_NAT_FAMILY
    {AttributeKind::kU32},  // NFTA_NAT_REG_ADDR_MIN
    {AttributeKind::kU32},  // NFTA_NAT_REG_ADDR_MAX
    {AttributeKind::kU32},  // NFTA_NAT_REG_PROTO_MIN
    {AttributeKind::kU32},  // NFTA_NAT_REG_PROTO_MAX
    {AttributeKind::kU32},  // NFTA_NAT_FLAGS
}};

// Kernel: net/netfilter/nft_nat.c nft_nat_init(), nft_nat_validate() (6.18)
class Nat : public Expression {
 public:
  std::string_view name() const override { return "nat"; }
  std::size_t size() const override { return 24; }
  void Dump(MessageWriter& writer) const override {
    writer.U32(NFTA_NAT_TYPE, type);
    writer.U32(NFTA_NAT_FAMILY, family);
    addresses.Dump(writer, NFTA_NAT_REG_ADDR_MIN, NFTA_NAT_REG_ADDR_MAX);
    ports.Dump(writer, NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX);
    if (flags != 0) writer.U32(NFTA_NAT_FLAGS, flags);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    const bool inet =
        context.family == NFPROTO_IPV4 || context.family == NFPROTO_IPV6 || context.family == NFPROTO_INET;
    if (!inet) return EOPNOTSUPP;
    if (const int error = DemandType(*context.base, ChainType::kNat)) return error;
    if (type == NFT_NAT_SNAT) return DemandHook(*context.base, {NF_INET_POST_ROUTING, NF_INET_LOCAL_IN});
    return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_OUT});
  }

  std::uint32_t type = NFT_NAT_SNAT;
  std::uint32_t family = 0;
  std::uint32_t flags = 0;
  RegisterRange addresses;
  RegisterRange ports;
};

}  // namespace

int CheckNat(const Attribute& data) {
  AttributeTable<NFTA_NAT_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  return CheckNatFlags(attributes[NFTA_NAT_FLAGS]);
}

ExpressionResult MakeNat(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_NAT_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  auto nat = std::make_unique<Nat>();
  const bool has_range = attributes[NFTA_NAT_REG_ADDR_MIN] || attributes[NFTA_NAT_REG_PROTO_MIN];
  if (!attributes[NFTA_NAT_TYPE] || !has_range) return std::unexpected(EINVAL);
  nat->type = ReadU32(attributes[NFTA_NAT_TYPE]);
  if (nat->type > NFT_NAT_DNAT) return std::unexpected(EOPNOTSUPP);
  if (!attributes[NFTA_NAT_FAMILY]) return std::unexpected(EINVAL);
  nat->family = ReadU32(attributes[NFTA_NAT_FAMILY]);
  if (context.table.family != NFPROTO_INET && nat->family != context.table.family) {
    return std::unexpected(EOPNOTSUPP);
  }
  std::size_t address_length = 0;
  if (nat->family == NFPROTO_IPV4) {
    address_length = 4;
  } else if (nat->family == NFPROTO_IPV6) {
    address_length = 16;
  } else if (attributes[NFTA_NAT_REG_ADDR_MIN]) {
    return std::unexpected(EAFNOSUPPORT);
  }
  if (const int error = nat->addresses.Read(context.registers, attributes[NFTA_NAT_REG_ADDR_MIN],
                                            attributes[NFTA_NAT_REG_ADDR_MAX], address_length)) {
    return std::unexpected(error);
  }
  if (const int error = nat->ports.Read(context.registers, attributes[NFTA_NAT_REG_PROTO_MIN],
                                        attributes[NFTA_NAT_REG_PROTO_MAX], kPortLength)) {
    return std::unexpected(error);
  }
  if (nat->addresses.present) nat->flags |= NF_NAT_RANGE_MAP_IPS;
  if (nat->ports.present) nat->flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
  if (attributes[NFTA_NAT_FLAGS]) nat->flags |= ReadU32(attributes[NFTA_NAT_FLAGS]);
  return nat;
}

}  // namespace natplan::kernel_sim
