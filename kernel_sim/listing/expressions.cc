#include "kernel_sim/listing/expressions.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>

namespace natplan::kernel_sim::listing {
namespace {

Bytes Copy(ByteView view) { return Bytes(view.begin(), view.end()); }

Bytes Value(const Attributes& attributes, std::uint16_t type) {
  return Copy(attributes.Nested(type).Raw(NFTA_DATA_VALUE));
}

Expression DecodeImmediate(const Attributes& attributes) {
  Immediate immediate{.target = attributes.U32(NFTA_IMMEDIATE_DREG).value_or(0), .value = {}, .verdict = {}};
  const Attributes data = attributes.Nested(NFTA_IMMEDIATE_DATA);
  if (data.Has(NFTA_DATA_VERDICT)) {
    immediate.verdict = DecodeVerdict(data.Nested(NFTA_DATA_VERDICT));
  } else {
    immediate.value = Copy(data.Raw(NFTA_DATA_VALUE));
  }
  return immediate;
}

Expression DecodeCompare(const Attributes& attributes) {
  return Compare{.source = attributes.U32(NFTA_CMP_SREG).value_or(0),
                 .op = attributes.U32(NFTA_CMP_OP).value_or(NFT_CMP_EQ),
                 .value = Value(attributes, NFTA_CMP_DATA)};
}

Expression DecodeMeta(const Attributes& attributes) {
  if (attributes.Has(NFTA_META_SREG)) return Unknown{"meta"};
  return Meta{.key = attributes.U32(NFTA_META_KEY).value_or(0),
              .target = attributes.U32(NFTA_META_DREG).value_or(0)};
}

Expression DecodeCt(const Attributes& attributes) {
  if (attributes.Has(NFTA_CT_DIRECTION)) return Unknown{"ct"};
  const bool writes = attributes.Has(NFTA_CT_SREG);
  return Ct{.key = attributes.U32(NFTA_CT_KEY).value_or(0),
            .reg = attributes.U32(writes ? NFTA_CT_SREG : NFTA_CT_DREG).value_or(0),
            .writes = writes};
}

Expression DecodeFib(const Attributes& attributes) {
  return Fib{.flags = attributes.U32(NFTA_FIB_FLAGS).value_or(0),
             .result = attributes.U32(NFTA_FIB_RESULT).value_or(0),
             .target = attributes.U32(NFTA_FIB_DREG).value_or(0)};
}

Expression DecodePayload(const Attributes& attributes) {
  if (attributes.Has(NFTA_PAYLOAD_SREG)) return Unknown{"payload"};
  return Payload{.base = attributes.U32(NFTA_PAYLOAD_BASE).value_or(0),
                 .offset = attributes.U32(NFTA_PAYLOAD_OFFSET).value_or(0),
                 .length = attributes.U32(NFTA_PAYLOAD_LEN).value_or(0),
                 .target = attributes.U32(NFTA_PAYLOAD_DREG).value_or(0)};
}

Expression DecodeBitwise(const Attributes& attributes) {
  const Bytes flip = Value(attributes, NFTA_BITWISE_XOR);
  const bool flips = std::any_of(flip.begin(), flip.end(), [](std::uint8_t byte) { return byte != 0; });
  if (flips || attributes.U32(NFTA_BITWISE_OP).value_or(NFT_BITWISE_BOOL) != NFT_BITWISE_BOOL) {
    return Unknown{"bitwise"};
  }
  return Bitwise{.source = attributes.U32(NFTA_BITWISE_SREG).value_or(0),
                 .target = attributes.U32(NFTA_BITWISE_DREG).value_or(0),
                 .mask = Value(attributes, NFTA_BITWISE_MASK)};
}

Expression DecodeLookup(const Attributes& attributes) {
  return Lookup{.set = attributes.String(NFTA_LOOKUP_SET),
                .source = attributes.U32(NFTA_LOOKUP_SREG).value_or(0),
                .target = attributes.U32(NFTA_LOOKUP_DREG),
                .inverted = (attributes.U32(NFTA_LOOKUP_FLAGS).value_or(0) & NFT_LOOKUP_F_INV) != 0};
}

Expression DecodeNat(const Attributes& attributes) {
  return Nat{.type = attributes.U32(NFTA_NAT_TYPE).value_or(0),
             .address_min = attributes.U32(NFTA_NAT_REG_ADDR_MIN),
             .address_max = attributes.U32(NFTA_NAT_REG_ADDR_MAX),
             .port_min = attributes.U32(NFTA_NAT_REG_PROTO_MIN),
             .port_max = attributes.U32(NFTA_NAT_REG_PROTO_MAX),
             .flags = attributes.U32(NFTA_NAT_FLAGS).value_or(0)};
}

Expression DecodeMasquerade(const Attributes& attributes) {
  return Masquerade{.port_min = attributes.U32(NFTA_MASQ_REG_PROTO_MIN),
                    .port_max = attributes.U32(NFTA_MASQ_REG_PROTO_MAX),
                    .flags = attributes.U32(NFTA_MASQ_FLAGS).value_or(0)};
}

Expression DecodeCounter(const Attributes& attributes) {
  return Counter{.packets = attributes.U64(NFTA_COUNTER_PACKETS).value_or(0),
                 .bytes = attributes.U64(NFTA_COUNTER_BYTES).value_or(0)};
}

}  // namespace

Verdict DecodeVerdict(const Attributes& attributes) {
  return Verdict{.code = static_cast<std::int32_t>(attributes.U32(NFTA_VERDICT_CODE).value_or(0)),
                 .chain = attributes.String(NFTA_VERDICT_CHAIN)};
}

Expression DecodeExpression(const Attributes& attributes) {
  using Decoder = Expression (*)(const Attributes&);
  struct Named {
    const char* name;
    Decoder decode;
  };
  constexpr Named kDecoders[] = {
      {"immediate", DecodeImmediate},
      {"cmp", DecodeCompare},
      {"meta", DecodeMeta},
      {"fib", DecodeFib},
      {"payload", DecodePayload},
      {"bitwise", DecodeBitwise},
      {"lookup", DecodeLookup},
      {"nat", DecodeNat},
      {"masq", DecodeMasquerade},
      {"counter", DecodeCounter},
      {"ct", DecodeCt},
  };
  const std::string name = attributes.String(NFTA_EXPR_NAME);
  for (const Named& named : kDecoders) {
    if (name == named.name) return named.decode(attributes.Nested(NFTA_EXPR_DATA));
  }
  return Unknown{name};
}

}  // namespace natplan::kernel_sim::listing
