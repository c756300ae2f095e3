#include "core/wire/put_expression.h"

#include <variant>

#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

// Puts the attributes of NFTA_EXPR_DATA, in the origin's order.
class AttributeVisitor {
 public:
  explicit AttributeVisitor(MessageWriter& writer) : writer_(writer) {}

  void operator()(const FibExpression& fib) const {
    writer_.PutU32(NFTA_FIB_FLAGS, fib.flags);
    writer_.PutU32(NFTA_FIB_RESULT, static_cast<std::uint32_t>(fib.result));
    writer_.PutU32(NFTA_FIB_DREG, fib.destination);
  }
  void operator()(const CmpExpression& cmp) const {
    writer_.PutU32(NFTA_CMP_SREG, cmp.source);
    writer_.PutU32(NFTA_CMP_OP, static_cast<std::uint32_t>(cmp.op));
    PutValue(NFTA_CMP_DATA, cmp.data);
  }
  void operator()(const MetaExpression& meta) const {
    writer_.PutU32(NFTA_META_KEY, static_cast<std::uint32_t>(meta.key));
    writer_.PutU32(NFTA_META_DREG, meta.destination);
  }
  void operator()(const CtExpression& ct) const {
    writer_.PutU32(NFTA_CT_KEY, static_cast<std::uint32_t>(ct.key));
    writer_.PutU32(ct.writes ? NFTA_CT_SREG : NFTA_CT_DREG, ct.reg);
  }
  void operator()(const PayloadExpression& payload) const {
    writer_.PutU32(NFTA_PAYLOAD_DREG, payload.destination);
    writer_.PutU32(NFTA_PAYLOAD_BASE, static_cast<std::uint32_t>(payload.base));
    writer_.PutU32(NFTA_PAYLOAD_OFFSET, payload.offset);
    writer_.PutU32(NFTA_PAYLOAD_LEN, payload.length);
  }
  void operator()(const BitwiseExpression& bitwise) const {
    writer_.PutU32(NFTA_BITWISE_SREG, bitwise.source);
    writer_.PutU32(NFTA_BITWISE_DREG, bitwise.destination);
    writer_.PutU32(NFTA_BITWISE_LEN, static_cast<std::uint32_t>(bitwise.mask.size()));
    PutValue(NFTA_BITWISE_MASK, bitwise.mask);
    PutValue(NFTA_BITWISE_XOR, bitwise.xor_with);
  }
  void operator()(const LookupExpression& lookup) const {
    writer_.PutString(NFTA_LOOKUP_SET, lookup.set);
    writer_.PutU32(NFTA_LOOKUP_SREG, lookup.source);
    if (lookup.destination) writer_.PutU32(NFTA_LOOKUP_DREG, *lookup.destination);
    if (lookup.flags != 0) writer_.PutU32(NFTA_LOOKUP_FLAGS, lookup.flags);
  }
  void operator()(const NatExpression& nat) const {
    writer_.PutU32(NFTA_NAT_TYPE, static_cast<std::uint32_t>(nat.type));
    writer_.PutU32(NFTA_NAT_FAMILY, nat.family);
    if (nat.address) writer_.PutU32(NFTA_NAT_REG_ADDR_MIN, *nat.address);
    if (nat.port) writer_.PutU32(NFTA_NAT_REG_PROTO_MIN, *nat.port);
  }
  void operator()(const MasqueradeExpression&) const {}
  void operator()(const CounterExpression&) const {}
  void operator()(const ImmediateExpression& immediate) const {
    writer_.PutU32(NFTA_IMMEDIATE_DREG, immediate.destination);
    if (!immediate.verdict) {
      PutValue(NFTA_IMMEDIATE_DATA, immediate.value);
      return;
    }
    const std::size_t data = writer_.OpenNest(NFTA_IMMEDIATE_DATA);
    const std::size_t verdict = writer_.OpenNest(NFTA_DATA_VERDICT);
    writer_.PutU32(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(*immediate.verdict));
    if (!immediate.chain.empty()) writer_.PutString(NFTA_VERDICT_CHAIN, immediate.chain);
    writer_.CloseNest(verdict);
    writer_.CloseNest(data);
  }
  void operator()(const UnknownExpression&) const {}  // see PutExpression

 private:
  void PutValue(std::uint16_t type, const RegisterBytes& value) const {
    const std::size_t nest = writer_.OpenNest(type);
    writer_.PutBytes(NFTA_DATA_VALUE, value.span());
    writer_.CloseNest(nest);
  }

  MessageWriter& writer_;
};

}  // namespace

void PutExpression(MessageWriter& writer, const Expression& expression) {
  writer.PutString(NFTA_EXPR_NAME, NameOf(expression));
  if (const auto* unknown = std::get_if<UnknownExpression>(&expression)) {
    writer.PutBytes(NFTA_EXPR_DATA | NLA_F_NESTED, unknown->detail);
    return;
  }
  // As the origin does: masq has no data.
  if (std::holds_alternative<MasqueradeExpression>(expression)) return;
  const std::size_t data = writer.OpenNest(NFTA_EXPR_DATA);
  std::visit(AttributeVisitor(writer), expression);
  writer.CloseNest(data);
}

}  // namespace natplan::wire
