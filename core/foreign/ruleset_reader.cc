#include "core/foreign/ruleset_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/wire/message_writer.h"
#include "core/wire/numbers.h"
#include "core/wire/read_expression.h"
#include "core/wire/read_object.h"
#include "core/wire/userdata.h"

namespace natplan::foreign {
namespace {

using wire::AttributeTable;
using wire::MessageWriter;
using wire::NextAttribute;

constexpr std::size_t kLongestKey = 64;  // what Key holds
constexpr std::uint32_t kCatchAll = 2;   // NFT_SET_ELEM_CATCHALL, which the header of Linux 5.10 lacks

std::uint8_t ProtocolOf(TableFamily family) {
  switch (family) {
    case TableFamily::kIp:
      return NFPROTO_IPV4;
    case TableFamily::kIp6:
      return NFPROTO_IPV6;
    case TableFamily::kInet:
      return NFPROTO_INET;
  }
  return NFPROTO_UNSPEC;
}

std::optional<TableFamily> FamilyOf(std::uint8_t protocol) {
  for (const TableFamily family : {TableFamily::kIp, TableFamily::kIp6, TableFamily::kInet}) {
    if (ProtocolOf(family) == protocol) return family;
  }
  return std::nullopt;
}

wire::Header DumpHeader(unsigned message, std::uint8_t protocol, std::uint32_t sequence) {
  return {.type = wire::MessageType(message),
          .flags = NLM_F_REQUEST | NLM_F_DUMP,
          .sequence = sequence,
          .protocol = protocol};
}

struct Text {
  std::uint16_t attribute;
  const std::string& value;
};

std::vector<std::uint8_t> Dump(unsigned message, std::uint8_t protocol, std::uint32_t sequence,
                               std::initializer_list<Text> limits) {
  std::vector<std::uint8_t> bytes;
  MessageWriter writer(bytes, DumpHeader(message, protocol, sequence));
  for (const Text& limit : limits) writer.PutString(limit.attribute, limit.value);
  writer.Finish();
  return bytes;
}

std::optional<SetElement> ReadElement(wire::Bytes bytes) {
  const AttributeTable attributes(bytes);
  SetElement element;
  const auto key_of = [&](std::uint16_t type) -> std::optional<Key> {
    const auto nest = attributes.Find(type);
    const auto value = nest ? AttributeTable(*nest).Find(NFTA_DATA_VALUE) : std::nullopt;
    if (!value || value->empty() || value->size() > kLongestKey) return std::nullopt;
    return Key(*value);
  };
  const std::uint32_t flags = attributes.U32(NFTA_SET_ELEM_FLAGS).value_or(0);
  element.is_end = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
  element.catch_all = (flags & kCatchAll) != 0;
  if (!element.catch_all) {
    const auto key = key_of(NFTA_SET_ELEM_KEY);
    if (!key) return std::nullopt;
    element.key = *key;
    if (attributes.Has(NFTA_SET_ELEM_KEY_END)) {
      const auto key_end = key_of(NFTA_SET_ELEM_KEY_END);
      if (!key_end) return std::nullopt;
      element.key_end = *key_end;
    }
  }
  if (const auto data = attributes.Find(NFTA_SET_ELEM_DATA)) {
    if (const auto nest = AttributeTable(*data).Find(NFTA_DATA_VERDICT)) {
      const AttributeTable verdict(*nest);
      element.verdict = {.code = static_cast<std::int32_t>(verdict.U32(NFTA_VERDICT_CODE).value_or(0)),
                         .chain = std::string(verdict.String(NFTA_VERDICT_CHAIN).value_or(""))};
    }
  }
  return element;
}

std::vector<std::uint32_t> FieldLengths(const AttributeTable& set) {
  std::vector<std::uint32_t> lengths;
  const auto description = set.Find(NFTA_SET_DESC);
  const auto fields = description ? AttributeTable(*description).Find(NFTA_SET_DESC_CONCAT) : std::nullopt;
  wire::Bytes rest = fields.value_or(wire::Bytes{});
  while (const auto field = NextAttribute(rest))
    lengths.push_back(AttributeTable(field->payload).U32(NFTA_SET_FIELD_LEN).value_or(0));
  return lengths;
}

void AddChain(const AttributeTable& attributes, Table& table) {
  ChainSnapshot chain{.name = std::string(attributes.String(NFTA_CHAIN_NAME).value_or("")),
                      .handle = attributes.U64(NFTA_CHAIN_HANDLE).value_or(0)};
  if (attributes.Has(NFTA_CHAIN_HOOK)) chain.base = wire::ReadBaseChain(attributes);
  table.chains.push_back(std::move(chain));
}

// `last` is the place of the chain that the rule before belongs to: rules come chain by chain.
void AddRule(const AttributeTable& attributes, Table& table, std::size_t& last) {
  const std::string_view name = attributes.String(NFTA_RULE_CHAIN).value_or("");
  if (last >= table.chains.size() || table.chains[last].name != name) {
    const auto chain = std::ranges::find(table.chains, name, &ChainSnapshot::name);
    if (chain == table.chains.end()) return;
    last = static_cast<std::size_t>(chain - table.chains.begin());
  }
  table.chains[last].rules.push_back(
      {.handle = attributes.U64(NFTA_RULE_HANDLE).value_or(0),
       .expressions = wire::ReadExpressions(attributes.Find(NFTA_RULE_EXPRESSIONS).value_or(wire::Bytes{})),
       .comment = wire::CommentOf(attributes, NFTA_RULE_USERDATA)});
}

void AddSet(const AttributeTable& attributes, Table& table) {
  const std::uint32_t flags = attributes.U32(NFTA_SET_FLAGS).value_or(0);
  table.sets.push_back({.name = std::string(attributes.String(NFTA_SET_NAME).value_or("")),
                        .is_map = (flags & NFT_SET_MAP) != 0,
                        .is_interval = (flags & NFT_SET_INTERVAL) != 0,
                        .field_lengths = FieldLengths(attributes)});
}

// How many were added.
std::size_t AddElements(const AttributeTable& attributes, Table& table) {
  SetContents* const set = table.FindSet(attributes.String(NFTA_SET_ELEM_LIST_SET).value_or(""));
  if (set == nullptr) return 0;
  std::size_t count = 0;
  wire::Bytes list = attributes.Find(NFTA_SET_ELEM_LIST_ELEMENTS).value_or(wire::Bytes{});
  while (const auto item = NextAttribute(list)) {
    ++count;
    if (auto element = ReadElement(item->payload)) {
      set->elements.push_back(*std::move(element));
    } else {
      set->other_elements = true;
    }
  }
  return count;
}

}  // namespace

std::vector<std::uint8_t> DumpAllTables(std::uint32_t sequence) {
  return Dump(NFT_MSG_GETTABLE, NFPROTO_UNSPEC, sequence, {});
}

std::vector<std::uint8_t> DumpAllChains(std::uint32_t sequence) {
  return Dump(NFT_MSG_GETCHAIN, NFPROTO_UNSPEC, sequence, {});
}

std::vector<std::uint8_t> DumpRulesOf(const Table& table, std::uint32_t sequence) {
  return Dump(NFT_MSG_GETRULE, ProtocolOf(table.family), sequence, {{NFTA_RULE_TABLE, table.name}});
}

std::vector<std::uint8_t> DumpSetsOf(const Table& table, std::uint32_t sequence) {
  return Dump(NFT_MSG_GETSET, ProtocolOf(table.family), sequence, {{NFTA_SET_TABLE, table.name}});
}

std::vector<std::uint8_t> DumpElementsOf(const Table& table, const std::string& set, std::uint32_t sequence) {
  return Dump(NFT_MSG_GETSETELEM, ProtocolOf(table.family), sequence,
              {{NFTA_SET_ELEM_LIST_TABLE, table.name}, {NFTA_SET_ELEM_LIST_SET, set}});
}

Table* RulesetReader::Find(std::uint8_t protocol, std::string_view name) {
  const auto found = std::ranges::find_if(ruleset_.tables, [&](const Table& table) {
    return ProtocolOf(table.family) == protocol && table.name == name;
  });
  return found == ruleset_.tables.end() ? nullptr : &*found;
}

void RulesetReader::Add(const wire::Message& message) {
  if (message.type >> 8 != NFNL_SUBSYS_NFTABLES || message.payload.size() < wire::kNetfilterHeaderSize)
    return;
  const std::uint8_t protocol = message.payload[0];
  const auto family = FamilyOf(protocol);
  if (!family) return;
  const AttributeTable attributes(message.payload.subspan(wire::kNetfilterHeaderSize));
  const auto type = static_cast<std::uint8_t>(message.type & 0xff);
  // The table's name has one number in all of these.
  static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 &&
                NFTA_SET_TABLE == 1 && NFTA_SET_ELEM_LIST_TABLE == 1);
  const std::string_view name = attributes.String(NFTA_TABLE_NAME).value_or("");
  Table* const table = Find(protocol, name);
  if (table == nullptr) {
    if (type != NFT_MSG_NEWTABLE) return;
    ruleset_.tables.push_back(
        {.family = *family,
         .name = std::string(name),
         .dormant = (attributes.U32(NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0});
    return;
  }
  if (type == NFT_MSG_NEWCHAIN) AddChain(attributes, *table);
  if (type == NFT_MSG_NEWRULE) {
    AddRule(attributes, *table, last_chain_);
    ++rule_count_;
  }
  if (type == NFT_MSG_NEWSET) AddSet(attributes, *table);
  if (type == NFT_MSG_NEWSETELEM) element_count_ += AddElements(attributes, *table);
}

}  // namespace natplan::foreign
