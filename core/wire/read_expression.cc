#include "core/wire/read_expression.h"

#include <optional>
#include <string_view>
#include <utility>

#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

using Result = std::optional<Expression>;  // none: the values cannot hold it

// NFTA_DATA_VALUE alone, of at most 16 bytes.
std::optional<RegisterBytes> Value(const AttributeTable& attributes, std::uint16_t type) {
  const auto nest = attributes.Find(type);
  if (!nest) return std::nullopt;
  const AttributeTable data(*nest);
  const auto value = data.Find(NFTA_DATA_VALUE);
  if (!value || value->size() > 16 || !data.HasOnly({NFTA_DATA_VALUE})) return std::nullopt;
  return RegisterBytes(*value);
}

Result ReadFib(const AttributeTable& attributes) {
  const auto flags = attributes.U32(NFTA_FIB_FLAGS);
  const auto result = attributes.U32(NFTA_FIB_RESULT);
  const auto destination = attributes.U32(NFTA_FIB_DREG);
  if (!flags || !result || !destination || *result < 1 || *result > 3) return std::nullopt;
  if (!attributes.HasOnly({NFTA_FIB_FLAGS, NFTA_FIB_RESULT, NFTA_FIB_DREG})) return std::nullopt;
  return FibExpression{.flags = *flags, .result = FibResult{*result}, .destination = *destination};
}

Result ReadCmp(const AttributeTable& attributes) {
  const auto source = attributes.U32(NFTA_CMP_SREG);
  const auto op = attributes.U32(NFTA_CMP_OP);
  const auto data = Value(attributes, NFTA_CMP_DATA);
  if (!source || !op || !data || *op > 5) return std::nullopt;
  if (!attributes.HasOnly({NFTA_CMP_SREG, NFTA_CMP_OP, NFTA_CMP_DATA})) return std::nullopt;
  return CmpExpression{.source = *source, .op = CmpOperator{*op}, .data = *data};
}

Result ReadMeta(const AttributeTable& attributes) {
  const auto key = attributes.U32(NFTA_META_KEY);
  const auto destination = attributes.U32(NFTA_META_DREG);
  if (!key || !destination || !attributes.HasOnly({NFTA_META_KEY, NFTA_META_DREG})) return std::nullopt;
  return MetaExpression{.key = MetaKey{*key}, .destination = *destination};
}

Result ReadCt(const AttributeTable& attributes) {
  const auto key = attributes.U32(NFTA_CT_KEY);
  const bool writes = attributes.Has(NFTA_CT_SREG);
  const std::uint16_t reg_attribute = writes ? NFTA_CT_SREG : NFTA_CT_DREG;
  const auto reg = attributes.U32(reg_attribute);
  if (!key || !reg || !attributes.HasOnly({NFTA_CT_KEY, reg_attribute})) return std::nullopt;
  return CtExpression{.key = CtKey{*key}, .reg = *reg, .writes = writes};
}

Result ReadPayload(const AttributeTable& attributes) {
  const auto destination = attributes.U32(NFTA_PAYLOAD_DREG);
  const auto base = attributes.U32(NFTA_PAYLOAD_BASE);
  const auto offset = attributes.U32(NFTA_PAYLOAD_OFFSET);
  const auto length = attributes.U32(NFTA_PAYLOAD_LEN);
  if (!destination || !base || !offset || !length || *base > 3) return std::nullopt;
  if (!attributes.HasOnly({NFTA_PAYLOAD_DREG, NFTA_PAYLOAD_BASE, NFTA_PAYLOAD_OFFSET, NFTA_PAYLOAD_LEN})) {
    return std::nullopt;
  }
  return PayloadExpression{
      .base = PayloadBase{*base}, .offset = *offset, .length = *length, .destination = *destination};
}

Result ReadBitwise(const AttributeTable& attributes) {
  const auto source = attributes.U32(NFTA_BITWISE_SREG);
  const auto destination = attributes.U32(NFTA_BITWISE_DREG);
  const auto length = attributes.U32(NFTA_BITWISE_LEN);
  const auto mask = Value(attributes, NFTA_BITWISE_MASK);
  const auto xor_with = Value(attributes, NFTA_BITWISE_XOR);
  if (!source || !destination || !length || !mask || !xor_with) return std::nullopt;
  if (mask->size() != *length || xor_with->size() != *length) return std::nullopt;
  // Since Linux 5.6 the kernel adds the operation; NFT_BITWISE_BOOL is the one with mask and xor.
  if (attributes.Has(NFTA_BITWISE_OP) && attributes.U32(NFTA_BITWISE_OP) != 0u) return std::nullopt;
  if (!attributes.HasOnly({NFTA_BITWISE_SREG, NFTA_BITWISE_DREG, NFTA_BITWISE_LEN, NFTA_BITWISE_MASK,
                           NFTA_BITWISE_XOR, NFTA_BITWISE_OP})) {
    return std::nullopt;
  }
  return BitwiseExpression{
      .source = *source, .destination = *destination, .mask = *mask, .xor_with = *xor_with};
}

Result ReadLookup(const AttributeTable& attributes) {
  const auto set = attributes.String(NFTA_LOOKUP_SET);
  const auto source = attributes.U32(NFTA_LOOKUP_SREG);
  const auto destination = attributes.U32(NFTA_LOOKUP_DREG);
  if (!set || !source || destination.has_value() != attributes.Has(NFTA_LOOKUP_DREG)) return std::nullopt;
  if (!attributes.HasOnly({NFTA_LOOKUP_SET, NFTA_LOOKUP_SREG, NFTA_LOOKUP_DREG, NFTA_LOOKUP_FLAGS})) {
    return std::nullopt;
  }
  return LookupExpression{.set = std::string(*set),
                          .source = *source,
                          .destination = destination,
                          .flags = attributes.U32(NFTA_LOOKUP_FLAGS).value_or(0)};
}

Result ReadNat(const AttributeTable& attributes) {
  constexpr std::uint32_t kMapAddresses = 1;  // NF_NAT_RANGE_MAP_IPS
  constexpr std::uint32_t kMapPorts = 2;      // NF_NAT_RANGE_PROTO_SPECIFIED
  const auto type = attributes.U32(NFTA_NAT_TYPE);
  const auto family = attributes.U32(NFTA_NAT_FAMILY);
  const auto address = attributes.U32(NFTA_NAT_REG_ADDR_MIN);
  const auto port = attributes.U32(NFTA_NAT_REG_PROTO_MIN);
  if (!type || !family || *type > 1) return std::nullopt;
  if (attributes.Has(NFTA_NAT_REG_ADDR_MAX) && attributes.U32(NFTA_NAT_REG_ADDR_MAX) != address)
    return std::nullopt;
  if (attributes.Has(NFTA_NAT_REG_PROTO_MAX) && attributes.U32(NFTA_NAT_REG_PROTO_MAX) != port)
    return std::nullopt;
  const std::uint32_t implied = (address ? kMapAddresses : 0) | (port ? kMapPorts : 0);
  if (attributes.U32(NFTA_NAT_FLAGS).value_or(implied) != implied) return std::nullopt;
  if (!attributes.HasOnly({NFTA_NAT_TYPE, NFTA_NAT_FAMILY, NFTA_NAT_REG_ADDR_MIN, NFTA_NAT_REG_ADDR_MAX,
                           NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX, NFTA_NAT_FLAGS})) {
    return std::nullopt;
  }
  return NatExpression{.type = NatType{*type}, .family = *family, .address = address, .port = port};
}

Result ReadMasquerade(const AttributeTable& attributes) {
  if (!attributes.HasOnly({NFTA_MASQ_FLAGS}) || attributes.U32(NFTA_MASQ_FLAGS).value_or(0) != 0)
    return std::nullopt;
  return MasqueradeExpression{};
}

Result ReadCounter(const AttributeTable& attributes) {
  if (!attributes.HasOnly({NFTA_COUNTER_BYTES, NFTA_COUNTER_PACKETS, NFTA_COUNTER_PAD})) return std::nullopt;
  return CounterExpression{};
}

Result ReadImmediate(const AttributeTable& attributes) {
  const auto destination = attributes.U32(NFTA_IMMEDIATE_DREG);
  const auto data = attributes.Find(NFTA_IMMEDIATE_DATA);
  if (!destination || !data || !attributes.HasOnly({NFTA_IMMEDIATE_DREG, NFTA_IMMEDIATE_DATA}))
    return std::nullopt;
  ImmediateExpression immediate = {.destination = *destination};
  if (const auto value = Value(attributes, NFTA_IMMEDIATE_DATA)) {
    immediate.value = *value;
    return immediate;
  }
  const AttributeTable data_attributes(*data);
  const auto verdict_nest = data_attributes.Find(NFTA_DATA_VERDICT);
  if (!verdict_nest || !data_attributes.HasOnly({NFTA_DATA_VERDICT})) return std::nullopt;
  const AttributeTable verdict(*verdict_nest);
  const auto code = verdict.U32(NFTA_VERDICT_CODE);
  if (!code || !verdict.HasOnly({NFTA_VERDICT_CODE, NFTA_VERDICT_CHAIN})) return std::nullopt;
  immediate.verdict = static_cast<std::int32_t>(*code);
  immediate.chain = verdict.String(NFTA_VERDICT_CHAIN).value_or("");
  return immediate;
}

struct Reader {
  std::string_view name;
  Result (*read)(const AttributeTable&);
};

constexpr Reader kReaders[] = {
    {"fib", ReadFib},         {"cmp", ReadCmp},
    {"meta", ReadMeta},       {"payload", ReadPayload},
    {"bitwise", ReadBitwise}, {"lookup", ReadLookup},
    {"nat", ReadNat},         {"masq", ReadMasquerade},
    {"counter", ReadCounter}, {"immediate", ReadImmediate},
    {"ct", ReadCt},
};

}  // namespace

Expression ReadExpression(Bytes element) {
  const AttributeTable attributes(element);
  const std::string_view name = attributes.String(NFTA_EXPR_NAME).value_or("");
  const Bytes data = attributes.Find(NFTA_EXPR_DATA).value_or(Bytes{});
  for (const Reader& reader : kReaders) {
    if (reader.name != name) continue;
    if (Result expression = reader.read(AttributeTable(data))) return *std::move(expression);
  }
  return UnknownExpression{.name = std::string(name), .detail = {data.begin(), data.end()}};
}

Expressions ReadExpressions(Bytes list) {
  Expressions expressions;
  while (const auto element = NextAttribute(list)) expressions.push_back(ReadExpression(element->payload));
  return expressions;
}

}  // namespace natplan::wire
