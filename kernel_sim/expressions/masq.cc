#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/chain_demands.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/expressions/nat_range.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_MASQ_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_MASQ_FLAGS
    {AttributeKind::kU32},  // NFTA_MASQ_REG_PROTO_MIN
    {AttributeKind::kU32},  // NFTA_MASQ_REG_PROTO_MAX
}};

constexpr std::array<AttributeRule, NFTA_REDIR_MAX + 1> kRedirPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_REDIR_REG_PROTO_MIN
    {AttributeKind::kU32},  // NFTA_REDIR_REG_PROTO_MAX
    {AttributeKind::kU32},  // NFTA_REDIR_FLAGS
}};

// Kernel: net/netfilter/nft_masq.c nft_masq_init(), nft_masq_validate() (6.18)
class Masq : public Expression {
 public:
  std::string_view name() const override { return "masq"; }
  std::size_t size() const override { return 24; }
  void Dump(MessageWriter& writer) const override {
    if (flags != 0) writer.U32(NFTA_MASQ_FLAGS, flags);
    ports.Dump(writer, NFTA_MASQ_REG_PROTO_MIN, NFTA_MASQ_REG_PROTO_MAX);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    if (const int error = DemandType(*context.base, ChainType::kNat)) return error;
    return DemandHook(*context.base, {NF_INET_POST_ROUTING});
  }

  std::uint32_t flags = 0;
  RegisterRange ports;
};

// Kernel: net/netfilter/nft_redir.c nft_redir_init(), nft_redir_validate() (6.18)
class Redir : public Expression {
 public:
  std::string_view name() const override { return "redir"; }
  std::size_t size() const override { return 24; }
  void Dump(MessageWriter& writer) const override {
    ports.Dump(writer, NFTA_REDIR_REG_PROTO_MIN, NFTA_REDIR_REG_PROTO_MAX);
    if (flags != 0) writer.U32(NFTA_REDIR_FLAGS, flags);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    if (const int error = DemandType(*context.base, ChainType::kNat)) return error;
    return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_OUT});
  }

  std::uint32_t flags = 0;
  RegisterRange ports;
};

}  // namespace

int CheckMasq(const Attribute& data) {
  AttributeTable<NFTA_MASQ_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  return CheckNatFlags(attributes[NFTA_MASQ_FLAGS]);
}

int CheckRedir(const Attribute& data) {
  AttributeTable<NFTA_REDIR_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kRedirPolicy)) return error;
  return CheckNatFlags(attributes[NFTA_REDIR_FLAGS]);
}

ExpressionResult MakeMasq(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_MASQ_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  auto masq = std::make_unique<Masq>();
  if (attributes[NFTA_MASQ_FLAGS]) masq->flags = ReadU32(attributes[NFTA_MASQ_FLAGS]);
  if (const int error = masq->ports.Read(context.registers, attributes[NFTA_MASQ_REG_PROTO_MIN],
                                         attributes[NFTA_MASQ_REG_PROTO_MAX], kPortLength)) {
    return std::unexpected(error);
  }
  return masq;
}

ExpressionResult MakeRedir(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_REDIR_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kRedirPolicy)) return std::unexpected(error);
  auto redir = std::make_unique<Redir>();
  if (attributes[NFTA_REDIR_FLAGS]) redir->flags = ReadU32(attributes[NFTA_REDIR_FLAGS]);
  if (const int error = redir->ports.Read(context.registers, attributes[NFTA_REDIR_REG_PROTO_MIN],
                                          attributes[NFTA_REDIR_REG_PROTO_MAX], kPortLength)) {
    return std::unexpected(error);
  }
  if (redir->ports.present) redir->flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
  return redir;
}

}  // namespace natplan::kernel_sim
