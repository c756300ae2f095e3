#include "tests/conformance/attribute_json.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

namespace natplan::conformance {
namespace {

using nlohmann::json;
using Bytes = std::span<const std::uint8_t>;

enum class Kind {
  kU8,
  kU32,
  kS32,
  kU64,
  kString,
  kHex,
  kNest,      // of `inside`
  kExprData,  // of what the expression's name says
  kDropped,
};

struct Layout;

struct Field {
  const char* name;
  Kind kind;
  const Layout* inside = nullptr;
};

struct Layout {
  std::map<int, Field> fields;
};

#define NATPLAN_FIELD(name, kind) \
  {                               \
    name, Field { #name, kind }   \
  }
#define NATPLAN_NEST(name, inside)                \
  {                                               \
    name, Field { #name, Kind::kNest, &(inside) } \
  }

const Layout kVerdict = {
    {NATPLAN_FIELD(NFTA_VERDICT_CODE, Kind::kS32), NATPLAN_FIELD(NFTA_VERDICT_CHAIN, Kind::kString)}};
const Layout kData = {
    {NATPLAN_FIELD(NFTA_DATA_VALUE, Kind::kHex), NATPLAN_NEST(NFTA_DATA_VERDICT, kVerdict)}};

const std::map<std::string, Layout> kExpressions = {
    {"immediate",
     {{NATPLAN_FIELD(NFTA_IMMEDIATE_DREG, Kind::kU32), NATPLAN_NEST(NFTA_IMMEDIATE_DATA, kData)}}},
    {"payload",
     {{NATPLAN_FIELD(NFTA_PAYLOAD_DREG, Kind::kU32), NATPLAN_FIELD(NFTA_PAYLOAD_BASE, Kind::kU32),
       NATPLAN_FIELD(NFTA_PAYLOAD_OFFSET, Kind::kU32), NATPLAN_FIELD(NFTA_PAYLOAD_LEN, Kind::kU32)}}},
    {"lookup",
     {{NATPLAN_FIELD(NFTA_LOOKUP_SET, Kind::kString), NATPLAN_FIELD(NFTA_LOOKUP_SREG, Kind::kU32),
       NATPLAN_FIELD(NFTA_LOOKUP_DREG, Kind::kU32), NATPLAN_FIELD(NFTA_LOOKUP_FLAGS, Kind::kU32)}}},
    {"meta", {{NATPLAN_FIELD(NFTA_META_DREG, Kind::kU32), NATPLAN_FIELD(NFTA_META_KEY, Kind::kU32)}}},
    {"bitwise",
     {{NATPLAN_FIELD(NFTA_BITWISE_SREG, Kind::kU32), NATPLAN_FIELD(NFTA_BITWISE_DREG, Kind::kU32),
       NATPLAN_FIELD(NFTA_BITWISE_LEN, Kind::kU32), NATPLAN_FIELD(NFTA_BITWISE_OP, Kind::kU32),
       NATPLAN_NEST(NFTA_BITWISE_MASK, kData), NATPLAN_NEST(NFTA_BITWISE_XOR, kData)}}},
    {"nat",
     {{NATPLAN_FIELD(NFTA_NAT_TYPE, Kind::kU32), NATPLAN_FIELD(NFTA_NAT_FAMILY, Kind::kU32),
       NATPLAN_FIELD(NFTA_NAT_REG_ADDR_MIN, Kind::kU32), NATPLAN_FIELD(NFTA_NAT_REG_ADDR_MAX, Kind::kU32),
       NATPLAN_FIELD(NFTA_NAT_REG_PROTO_MIN, Kind::kU32), NATPLAN_FIELD(NFTA_NAT_REG_PROTO_MAX, Kind::kU32),
       NATPLAN_FIELD(NFTA_NAT_FLAGS, Kind::kU32)}}},
    {"masq",
     {{NATPLAN_FIELD(NFTA_MASQ_FLAGS, Kind::kU32), NATPLAN_FIELD(NFTA_MASQ_REG_PROTO_MIN, Kind::kU32),
       NATPLAN_FIELD(NFTA_MASQ_REG_PROTO_MAX, Kind::kU32)}}},
    {"fib",
     {{NATPLAN_FIELD(NFTA_FIB_DREG, Kind::kU32), NATPLAN_FIELD(NFTA_FIB_RESULT, Kind::kU32),
       NATPLAN_FIELD(NFTA_FIB_FLAGS, Kind::kU32)}}},
    {"cmp",
     {{NATPLAN_FIELD(NFTA_CMP_SREG, Kind::kU32), NATPLAN_FIELD(NFTA_CMP_OP, Kind::kU32),
       NATPLAN_NEST(NFTA_CMP_DATA, kData)}}},
    {"counter",
     {{NATPLAN_FIELD(NFTA_COUNTER_BYTES, Kind::kU64), NATPLAN_FIELD(NFTA_COUNTER_PACKETS, Kind::kU64)}}},
};

const Layout kExpression = {
    {NATPLAN_FIELD(NFTA_EXPR_NAME, Kind::kString), NATPLAN_FIELD(NFTA_EXPR_DATA, Kind::kExprData)}};
const Layout kExpressionList = {{NATPLAN_NEST(NFTA_LIST_ELEM, kExpression)}};
const Layout kHook = {{NATPLAN_FIELD(NFTA_HOOK_HOOKNUM, Kind::kU32),
                       NATPLAN_FIELD(NFTA_HOOK_PRIORITY, Kind::kS32),
                       NATPLAN_FIELD(NFTA_HOOK_DEVS, Kind::kNest)}};
const Layout kSetField = {{NATPLAN_FIELD(NFTA_SET_FIELD_LEN, Kind::kU32)}};
const Layout kSetFieldList = {{NATPLAN_NEST(NFTA_LIST_ELEM, kSetField)}};
const Layout kSetDescription = {
    {NATPLAN_FIELD(NFTA_SET_DESC_SIZE, Kind::kU32), NATPLAN_NEST(NFTA_SET_DESC_CONCAT, kSetFieldList)}};
const Layout kElement = {
    {NATPLAN_NEST(NFTA_SET_ELEM_KEY, kData), NATPLAN_NEST(NFTA_SET_ELEM_DATA, kData),
     NATPLAN_FIELD(NFTA_SET_ELEM_FLAGS, Kind::kU32), NATPLAN_FIELD(NFTA_SET_ELEM_USERDATA, Kind::kHex),
     NATPLAN_FIELD(NFTA_SET_ELEM_OBJREF, Kind::kString), NATPLAN_NEST(NFTA_SET_ELEM_KEY_END, kData)}};
const Layout kElementList = {{NATPLAN_NEST(NFTA_LIST_ELEM, kElement)}};
const Layout kCounterObject = kExpressions.at("counter");

// Numbers of newer kernels than the headers.
constexpr int kSetType = 19;
constexpr int kSetCount = 20;

const std::map<int, Layout> kMessages = {
    {NFT_MSG_NEWTABLE,
     {{NATPLAN_FIELD(NFTA_TABLE_NAME, Kind::kString), NATPLAN_FIELD(NFTA_TABLE_FLAGS, Kind::kU32),
       NATPLAN_FIELD(NFTA_TABLE_USE, Kind::kU32), NATPLAN_FIELD(NFTA_TABLE_HANDLE, Kind::kU64),
       NATPLAN_FIELD(NFTA_TABLE_USERDATA, Kind::kHex), NATPLAN_FIELD(NFTA_TABLE_OWNER, Kind::kU32)}}},
    {NFT_MSG_NEWCHAIN,
     {{NATPLAN_FIELD(NFTA_CHAIN_TABLE, Kind::kString), NATPLAN_FIELD(NFTA_CHAIN_HANDLE, Kind::kU64),
       NATPLAN_FIELD(NFTA_CHAIN_NAME, Kind::kString), NATPLAN_NEST(NFTA_CHAIN_HOOK, kHook),
       NATPLAN_FIELD(NFTA_CHAIN_POLICY, Kind::kU32), NATPLAN_FIELD(NFTA_CHAIN_USE, Kind::kU32),
       NATPLAN_FIELD(NFTA_CHAIN_TYPE, Kind::kString), NATPLAN_FIELD(NFTA_CHAIN_FLAGS, Kind::kU32),
       NATPLAN_FIELD(NFTA_CHAIN_USERDATA, Kind::kHex)}}},
    {NFT_MSG_NEWRULE,
     {{NATPLAN_FIELD(NFTA_RULE_TABLE, Kind::kString), NATPLAN_FIELD(NFTA_RULE_CHAIN, Kind::kString),
       NATPLAN_FIELD(NFTA_RULE_HANDLE, Kind::kU64), NATPLAN_NEST(NFTA_RULE_EXPRESSIONS, kExpressionList),
       NATPLAN_FIELD(NFTA_RULE_POSITION, Kind::kU64), NATPLAN_FIELD(NFTA_RULE_USERDATA, Kind::kHex)}}},
    {NFT_MSG_NEWSET,
     {{NATPLAN_FIELD(NFTA_SET_TABLE, Kind::kString),
       NATPLAN_FIELD(NFTA_SET_NAME, Kind::kString),
       NATPLAN_FIELD(NFTA_SET_FLAGS, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_KEY_TYPE, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_KEY_LEN, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_DATA_TYPE, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_DATA_LEN, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_POLICY, Kind::kU32),
       NATPLAN_NEST(NFTA_SET_DESC, kSetDescription),
       NATPLAN_FIELD(NFTA_SET_USERDATA, Kind::kHex),
       NATPLAN_FIELD(NFTA_SET_OBJ_TYPE, Kind::kU32),
       NATPLAN_FIELD(NFTA_SET_HANDLE, Kind::kU64),
       {kSetType, Field{"NFTA_SET_TYPE", Kind::kDropped}},
       {kSetCount, Field{"NFTA_SET_COUNT", Kind::kU32}}}}},
    {NFT_MSG_NEWSETELEM,
     {{NATPLAN_FIELD(NFTA_SET_ELEM_LIST_TABLE, Kind::kString),
       NATPLAN_FIELD(NFTA_SET_ELEM_LIST_SET, Kind::kString),
       NATPLAN_NEST(NFTA_SET_ELEM_LIST_ELEMENTS, kElementList)}}},
    {NFT_MSG_NEWGEN,
     {{NATPLAN_FIELD(NFTA_GEN_ID, Kind::kU32), NATPLAN_FIELD(NFTA_GEN_PROC_PID, Kind::kDropped),
       NATPLAN_FIELD(NFTA_GEN_PROC_NAME, Kind::kDropped)}}},
    {NFT_MSG_NEWOBJ,
     {{NATPLAN_FIELD(NFTA_OBJ_TABLE, Kind::kString), NATPLAN_FIELD(NFTA_OBJ_NAME, Kind::kString),
       NATPLAN_FIELD(NFTA_OBJ_TYPE, Kind::kU32), NATPLAN_NEST(NFTA_OBJ_DATA, kCounterObject),
       NATPLAN_FIELD(NFTA_OBJ_USE, Kind::kU32), NATPLAN_FIELD(NFTA_OBJ_HANDLE, Kind::kU64)}}},
};

std::string Hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

// A number that is not of its width is written as raw bytes, which equals no recording.
json Number(Bytes payload, std::size_t width, bool is_signed) {
  if (payload.size() != width) return Hex(payload);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : payload) value = value << 8 | byte;
  if (is_signed) return static_cast<std::int32_t>(value);
  return value;
}

struct Attribute {
  int type;
  Bytes payload;
};

std::vector<Attribute> Split(Bytes bytes) {
  std::vector<Attribute> attributes;
  while (bytes.size() >= sizeof(nlattr)) {
    nlattr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.nla_len < sizeof(header) || header.nla_len > bytes.size()) break;
    attributes.push_back(
        {header.nla_type & NLA_TYPE_MASK, bytes.subspan(sizeof(header), header.nla_len - sizeof(header))});
    bytes = bytes.subspan(std::min<std::size_t>(NLA_ALIGN(header.nla_len), bytes.size()));
  }
  return attributes;
}

json ToJson(const Layout& layout, Bytes bytes);

json Value(const Field& field, Bytes payload, const std::string& expression) {
  static const Layout kNothing;
  switch (field.kind) {
    case Kind::kU8:
      return Number(payload, 1, false);
    case Kind::kU32:
      return Number(payload, 4, false);
    case Kind::kS32:
      return Number(payload, 4, true);
    case Kind::kU64:
      return Number(payload, 8, false);
    case Kind::kString:
      return std::string(payload.begin(), std::find(payload.begin(), payload.end(), 0));
    case Kind::kHex:
    case Kind::kDropped:
      return Hex(payload);
    case Kind::kNest:
      return ToJson(field.inside == nullptr ? kNothing : *field.inside, payload);
    case Kind::kExprData: {
      const auto found = kExpressions.find(expression);
      return ToJson(found == kExpressions.end() ? kNothing : found->second, payload);
    }
  }
  return nullptr;
}

json ToJson(const Layout& layout, Bytes bytes) {
  json list = json::array();
  std::string expression;
  for (const Attribute& attribute : Split(bytes)) {
    const auto field = layout.fields.find(attribute.type);
    if (field == layout.fields.end()) {
      list.push_back({'#' + std::to_string(attribute.type), Hex(attribute.payload)});
      continue;
    }
    if (field->second.kind == Kind::kDropped) continue;
    json value = Value(field->second, attribute.payload, expression);
    if (&layout == &kExpression && attribute.type == NFTA_EXPR_NAME) expression = value.get<std::string>();
    list.push_back({field->second.name, std::move(value)});
  }
  return list;
}

}  // namespace

namespace {

// A deletion is written like the creation of the same thing.
int SameLayout(int type) {
  switch (type) {
    case NFT_MSG_DELTABLE:
      return NFT_MSG_NEWTABLE;
    case NFT_MSG_DELCHAIN:
      return NFT_MSG_NEWCHAIN;
    case NFT_MSG_DELRULE:
      return NFT_MSG_NEWRULE;
    case NFT_MSG_DELSET:
      return NFT_MSG_NEWSET;
    case NFT_MSG_DELSETELEM:
      return NFT_MSG_NEWSETELEM;
    default:
      return type;
  }
}

}  // namespace

json AttributesToJson(int type, std::span<const std::uint8_t> attributes) {
  static const Layout kNothing;
  const auto layout = kMessages.find(SameLayout(type));
  return ToJson(layout == kMessages.end() ? kNothing : layout->second, attributes);
}

std::string MessageName(int type) {
  switch (type) {
    case NFT_MSG_NEWTABLE:
      return "NEWTABLE";
    case NFT_MSG_NEWCHAIN:
      return "NEWCHAIN";
    case NFT_MSG_NEWRULE:
      return "NEWRULE";
    case NFT_MSG_NEWSET:
      return "NEWSET";
    case NFT_MSG_NEWSETELEM:
      return "NEWSETELEM";
    case NFT_MSG_DELTABLE:
      return "DELTABLE";
    case NFT_MSG_DELCHAIN:
      return "DELCHAIN";
    case NFT_MSG_DELRULE:
      return "DELRULE";
    case NFT_MSG_DELSET:
      return "DELSET";
    case NFT_MSG_DELSETELEM:
      return "DELSETELEM";
    case NFT_MSG_NEWGEN:
      return "NEWGEN";
    case NFT_MSG_NEWOBJ:
      return "NEWOBJ";
    default:
      return "message " + std::to_string(type);
  }
}

std::string FamilyName(std::uint8_t family) {
  switch (family) {
    case NFPROTO_UNSPEC:
      return "unspec";
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_ARP:
      return "arp";
    case NFPROTO_NETDEV:
      return "netdev";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_IPV6:
      return "ip6";
    default:
      return std::to_string(family);
  }
}

}  // namespace natplan::conformance
