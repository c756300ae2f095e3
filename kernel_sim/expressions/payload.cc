#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_PAYLOAD_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},              // NFTA_PAYLOAD_DREG
    {AttributeKind::kU32},              // NFTA_PAYLOAD_BASE
    {AttributeKind::kU32, UINT16_MAX},  // NFTA_PAYLOAD_OFFSET
    {AttributeKind::kU32, UINT8_MAX},   // NFTA_PAYLOAD_LEN
    {AttributeKind::kU32},              // NFTA_PAYLOAD_SREG
    {AttributeKind::kU32},              // NFTA_PAYLOAD_CSUM_TYPE
    {AttributeKind::kU32, UINT8_MAX},   // NFTA_PAYLOAD_CSUM_OFFSET
    {AttributeKind::kU32},              // NFTA_PAYLOAD_CSUM_FLAGS
}};

// Bytes of the packet into a register. Writing into the packet (NFTA_PAYLOAD_SREG) is not modelled:
// EOPNOTSUPP. Kernel: net/netfilter/nft_payload.c nft_payload_select_ops(), nft_payload_init() (6.18)
class Payload : public Expression {
 public:
  std::string_view name() const override { return "payload"; }
  std::size_t size() const override { return 16; }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, NFTA_PAYLOAD_DREG, destination);
    writer.U32(NFTA_PAYLOAD_BASE, base);
    writer.U32(NFTA_PAYLOAD_OFFSET, offset);
    writer.U32(NFTA_PAYLOAD_LEN, length);
  }

  Register destination = 0;
  std::uint32_t base = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

}  // namespace

int CheckPayload(const Attribute& data) {
  AttributeTable<NFTA_PAYLOAD_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  if (!attributes[NFTA_PAYLOAD_BASE] || !attributes[NFTA_PAYLOAD_OFFSET] || !attributes[NFTA_PAYLOAD_LEN]) {
    return EINVAL;
  }
  if (ReadU32(attributes[NFTA_PAYLOAD_BASE]) > NFT_PAYLOAD_INNER_HEADER) return EOPNOTSUPP;
  const bool reads = static_cast<bool>(attributes[NFTA_PAYLOAD_DREG]);
  const bool writes = static_cast<bool>(attributes[NFTA_PAYLOAD_SREG]);
  if (writes && !reads) return EOPNOTSUPP;
  return reads && !writes ? 0 : EINVAL;
}

ExpressionResult MakePayload(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_PAYLOAD_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  auto payload = std::make_unique<Payload>();
  payload->base = ReadU32(attributes[NFTA_PAYLOAD_BASE]);
  payload->offset = ReadU32(attributes[NFTA_PAYLOAD_OFFSET]);
  payload->length = ReadU32(attributes[NFTA_PAYLOAD_LEN]);
  if (const int error = context.registers.StoreValue(attributes[NFTA_PAYLOAD_DREG], payload->length,
                                                     payload->destination)) {
    return std::unexpected(error);
  }
  return payload;
}

}  // namespace natplan::kernel_sim
