#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/data.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_CMP_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},     // NFTA_CMP_SREG
    {AttributeKind::kU32},     // NFTA_CMP_OP
    {AttributeKind::kNested},  // NFTA_CMP_DATA
}};

// Kernel: net/netfilter/nft_cmp.c nft_cmp_select_ops(), nft_cmp_init() (6.18)
class Cmp : public Expression {
 public:
  std::string_view name() const override { return "cmp"; }
  std::size_t size() const override {
    // Up to 4 bytes and, for equality, up to 16 have smaller forms.
    if (data.length <= 4) return 24;
    return data.length <= 8 ? 32 : 48;
  }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, NFTA_CMP_SREG, source);
    writer.U32(NFTA_CMP_OP, operation);
    DumpValue(writer, NFTA_CMP_DATA, data.value());
  }

  Register source = 0;
  std::uint32_t operation = NFT_CMP_EQ;
  Data data;
};

}  // namespace

int CheckCmp(const Attribute& data) {
  AttributeTable<NFTA_CMP_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  if (!attributes[NFTA_CMP_SREG] || !attributes[NFTA_CMP_OP] || !attributes[NFTA_CMP_DATA]) return EINVAL;
  if (ReadU32(attributes[NFTA_CMP_OP]) > NFT_CMP_GTE) return EINVAL;
  Data value;
  return ParseValueData(attributes[NFTA_CMP_DATA], {.value_allowed = true}, value);
}

ExpressionResult MakeCmp(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_CMP_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  auto cmp = std::make_unique<Cmp>();
  cmp->operation = ReadU32(attributes[NFTA_CMP_OP]);
  if (const int error = ParseValueData(attributes[NFTA_CMP_DATA], {.value_allowed = true}, cmp->data)) {
    return std::unexpected(error);
  }
  if (const int error = context.registers.Load(attributes[NFTA_CMP_SREG], cmp->data.length, cmp->source)) {
    return std::unexpected(error);
  }
  return cmp;
}

}  // namespace natplan::kernel_sim
