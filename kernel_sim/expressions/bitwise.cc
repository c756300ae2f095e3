#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/data.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_BITWISE_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},     // NFTA_BITWISE_SREG
    {AttributeKind::kU32},     // NFTA_BITWISE_DREG
    {AttributeKind::kU32},     // NFTA_BITWISE_LEN
    {AttributeKind::kNested},  // NFTA_BITWISE_MASK
    {AttributeKind::kNested},  // NFTA_BITWISE_XOR
    {AttributeKind::kU32},     // NFTA_BITWISE_OP
    {AttributeKind::kNested},  // NFTA_BITWISE_DATA
}};

// dst = (src & mask) ^ xor, or a shift by an amount.
// Kernel: net/netfilter/nft_bitwise.c nft_bitwise_init(), nft_bitwise_fast_init() (6.18)
class Bitwise : public Expression {
 public:
  std::string_view name() const override { return "bitwise"; }
  std::size_t size() const override { return length <= 4 ? 24 : 64; }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, NFTA_BITWISE_SREG, source);
    DumpRegister(writer, NFTA_BITWISE_DREG, destination);
    writer.U32(NFTA_BITWISE_LEN, length);
    writer.U32(NFTA_BITWISE_OP, operation);
    if (operation == NFT_BITWISE_BOOL) {
      DumpValue(writer, NFTA_BITWISE_MASK, mask.value());
      DumpValue(writer, NFTA_BITWISE_XOR, exclusive_or.value());
    } else {
      DumpValue(writer, NFTA_BITWISE_DATA, shift.value());
    }
  }

  Register source = 0;
  Register destination = 0;
  std::uint8_t length = 0;
  std::uint32_t operation = NFT_BITWISE_BOOL;
  Data mask;
  Data exclusive_or;
  Data shift;
};

int ReadBool(ExpressionContext& context, const AttributeTable<NFTA_BITWISE_MAX + 1>& attributes,
             Bitwise& out) {
  if (attributes[NFTA_BITWISE_DATA] || !attributes[NFTA_BITWISE_MASK] || !attributes[NFTA_BITWISE_XOR]) {
    return EINVAL;
  }
  const DataDescription description{.value_allowed = true, .length = out.length};
  const auto read = [&](std::size_t number, Data& data) {
    return ParseData(context.state, context.table, attributes[number], description, data);
  };
  if (const int error = read(NFTA_BITWISE_MASK, out.mask)) return error;
  return read(NFTA_BITWISE_XOR, out.exclusive_or);
}

int ReadShift(ExpressionContext& context, const AttributeTable<NFTA_BITWISE_MAX + 1>& attributes,
              Bitwise& out) {
  if (attributes[NFTA_BITWISE_MASK] || attributes[NFTA_BITWISE_XOR] || !attributes[NFTA_BITWISE_DATA]) {
    return EINVAL;
  }
  const DataDescription description{.value_allowed = true, .limit = 4, .length = 4};
  if (const int error =
          ParseData(context.state, context.table, attributes[NFTA_BITWISE_DATA], description, out.shift)) {
    return error;
  }
  // The amount is a number of the machine's own byte order; 32 and more shift everything out.
  std::uint32_t amount = 0;
  std::copy(out.shift.bytes.begin(), out.shift.bytes.begin() + 4, reinterpret_cast<std::uint8_t*>(&amount));
  return amount >= 32 ? EINVAL : 0;
}

}  // namespace

int CheckBitwise(const Attribute& data) {
  AttributeTable<NFTA_BITWISE_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  if (!attributes[NFTA_BITWISE_LEN] || !attributes[NFTA_BITWISE_SREG] || !attributes[NFTA_BITWISE_DREG]) {
    return EINVAL;
  }
  return ReadU32(attributes[NFTA_BITWISE_LEN]) > UINT8_MAX ? ERANGE : 0;
}

ExpressionResult MakeBitwise(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_BITWISE_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  const std::uint32_t length = ReadU32(attributes[NFTA_BITWISE_LEN]);
  auto bitwise = std::make_unique<Bitwise>();
  bitwise->length = static_cast<std::uint8_t>(length);
  if (const int error = context.registers.Load(attributes[NFTA_BITWISE_SREG], length, bitwise->source)) {
    return std::unexpected(error);
  }
  if (const int error =
          context.registers.StoreValue(attributes[NFTA_BITWISE_DREG], length, bitwise->destination)) {
    return std::unexpected(error);
  }
  if (attributes[NFTA_BITWISE_OP]) bitwise->operation = ReadU32(attributes[NFTA_BITWISE_OP]);
  int error = EOPNOTSUPP;
  if (bitwise->operation == NFT_BITWISE_BOOL) {
    error = ReadBool(context, attributes, *bitwise);
  } else if (bitwise->operation == NFT_BITWISE_LSHIFT || bitwise->operation == NFT_BITWISE_RSHIFT) {
    error = ReadShift(context, attributes, *bitwise);
  }
  if (error != 0) return std::unexpected(error);
  return bitwise;
}

}  // namespace natplan::kernel_sim
