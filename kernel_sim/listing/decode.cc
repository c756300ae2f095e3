#include "kernel_sim/listing/decode.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <span>

namespace natplan::kernel_sim::listing {
namespace {

// What nft writes into user data: records of a type byte, a length byte and the value (libnftnl/udata.h).
constexpr std::uint8_t kComment = 0;           // of tables, chains, rules and elements
constexpr std::uint8_t kSetMergeElements = 2;  // the set has auto-merge
constexpr std::uint8_t kSetComment = 7;
constexpr std::uint8_t kElementFlags = 1;  // 32 bits in host order
constexpr std::uint8_t kElementOpen = 1;   // of kElementFlags: an interval without end

// The record of the wanted type; empty if there is none. Other programs keep other things there, so that what
// is no such sequence is no fault of the message.
ByteView UserData(ByteView bytes, std::uint8_t type) {
  while (bytes.size() >= 2 && bytes.size() - 2 >= bytes[1]) {
    const ByteView value = bytes.subspan(2, bytes[1]);
    if (bytes[0] == type) return value;
    bytes = bytes.subspan(2 + value.size());
  }
  return {};
}

std::string Comment(ByteView user_data, std::uint8_t type) {
  const ByteView value = UserData(user_data, type);
  return std::string(value.begin(), std::find(value.begin(), value.end(), 0));
}

bool AnyByte(ByteView bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; });
}

Bytes Copy(ByteView view) { return Bytes(view.begin(), view.end()); }

Element DecodeElement(const Attributes& attributes) {
  Element element;
  element.key = Copy(attributes.Nested(NFTA_SET_ELEM_KEY).Raw(NFTA_DATA_VALUE));
  const std::uint32_t flags = attributes.U32(NFTA_SET_ELEM_FLAGS).value_or(0);
  element.end = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
  element.catch_all = (flags & NFT_SET_ELEM_CATCHALL) != 0;
  const Attributes data = attributes.Nested(NFTA_SET_ELEM_DATA);
  if (data.Has(NFTA_DATA_VALUE)) element.data = Copy(data.Raw(NFTA_DATA_VALUE));
  if (data.Has(NFTA_DATA_VERDICT)) element.verdict = DecodeVerdict(data.Nested(NFTA_DATA_VERDICT));
  element.timeout_ms = attributes.U64(NFTA_SET_ELEM_TIMEOUT);
  element.expires_ms = attributes.U64(NFTA_SET_ELEM_EXPIRATION);
  const ByteView user_data = attributes.Raw(NFTA_SET_ELEM_USERDATA);
  element.comment = Comment(user_data, kComment);
  const ByteView element_flags = UserData(user_data, kElementFlags);
  std::uint8_t all = 0;
  for (const std::uint8_t byte : element_flags) all |= byte;
  element.open = (all & kElementOpen) != 0;
  return element;
}

}  // namespace

int NfTablesType(const Message& message) {
  return NFNL_SUBSYS_ID(message.type) == NFNL_SUBSYS_NFTABLES ? NFNL_MSG_TYPE(message.type) : -1;
}

Table DecodeTable(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  return Table{.key = {message.family, attributes.String(NFTA_TABLE_NAME)},
               .flags = attributes.U32(NFTA_TABLE_FLAGS).value_or(0),
               .comment = Comment(attributes.Raw(NFTA_TABLE_USERDATA), kComment)};
}

Chain DecodeChain(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  Chain chain{.table = {message.family, attributes.String(NFTA_CHAIN_TABLE)},
              .name = attributes.String(NFTA_CHAIN_NAME),
              .hook = {},
              .comment = Comment(attributes.Raw(NFTA_CHAIN_USERDATA), kComment)};
  if (attributes.Has(NFTA_CHAIN_HOOK)) {
    const Attributes hook = attributes.Nested(NFTA_CHAIN_HOOK);
    chain.hook = Hook{.type = attributes.String(NFTA_CHAIN_TYPE),
                      .number = hook.U32(NFTA_HOOK_HOOKNUM).value_or(0),
                      .priority = static_cast<std::int32_t>(hook.U32(NFTA_HOOK_PRIORITY).value_or(0)),
                      .policy = attributes.U32(NFTA_CHAIN_POLICY).value_or(0)};
  }
  return chain;
}

Set DecodeSet(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  const ByteView user_data = attributes.Raw(NFTA_SET_USERDATA);
  return Set{.table = {message.family, attributes.String(NFTA_SET_TABLE)},
             .name = attributes.String(NFTA_SET_NAME),
             .flags = attributes.U32(NFTA_SET_FLAGS).value_or(0),
             .key_type = attributes.U32(NFTA_SET_KEY_TYPE).value_or(0),
             .key_length = attributes.U32(NFTA_SET_KEY_LEN).value_or(0),
             .data_type = attributes.U32(NFTA_SET_DATA_TYPE).value_or(0),
             .data_length = attributes.U32(NFTA_SET_DATA_LEN).value_or(0),
             .policy = attributes.U32(NFTA_SET_POLICY).value_or(NFT_SET_POL_PERFORMANCE),
             .size = attributes.Nested(NFTA_SET_DESC).U32(NFTA_SET_DESC_SIZE).value_or(0),
             .timeout_ms = attributes.U64(NFTA_SET_TIMEOUT).value_or(0),
             .gc_interval_ms = attributes.U32(NFTA_SET_GC_INTERVAL).value_or(0),
             .auto_merge = AnyByte(UserData(user_data, kSetMergeElements)),
             .comment = Comment(user_data, kSetComment)};
}

Rule DecodeRule(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  Rule rule{.table = {message.family, attributes.String(NFTA_RULE_TABLE)},
            .chain = attributes.String(NFTA_RULE_CHAIN),
            .handle = attributes.U64(NFTA_RULE_HANDLE).value_or(0),
            .position = attributes.U64(NFTA_RULE_POSITION),
            .expressions = {},
            .comment = Comment(attributes.Raw(NFTA_RULE_USERDATA), kComment)};
  const Attributes expressions = attributes.Nested(NFTA_RULE_EXPRESSIONS);
  for (const Attributes::Item& item : expressions.items()) {
    rule.expressions.push_back(DecodeExpression(Attributes(item.payload, fault)));
  }
  return rule;
}

ElementsMessage DecodeElements(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  ElementsMessage result{.table = {message.family, attributes.String(NFTA_SET_ELEM_LIST_TABLE)},
                         .set = attributes.String(NFTA_SET_ELEM_LIST_SET),
                         .elements = {}};
  const Attributes elements = attributes.Nested(NFTA_SET_ELEM_LIST_ELEMENTS);
  for (const Attributes::Item& item : elements.items()) {
    result.elements.push_back(DecodeElement(Attributes(item.payload, fault)));
  }
  return result;
}

}  // namespace natplan::kernel_sim::listing
