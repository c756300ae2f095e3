#include "kernel_sim/describe.h"

#include <iterator>

#include "kernel_sim/chain_hook.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

std::size_t Begin(MessageWriter& writer, const Heading& heading, std::uint8_t family) {
  const auto type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | heading.number);
  const std::size_t message = writer.BeginMessage(type, heading.flags, heading.sequence, heading.port);
  writer.NfGenMessage(family, static_cast<std::uint16_t>(heading.generation));
  return message;
}

void Userdata(MessageWriter& writer, std::uint16_t type, std::span<const std::uint8_t> userdata) {
  if (!userdata.empty()) writer.Bytes(type, userdata);
}

// Kernel: nft_dump_basechain_hook() (6.18)
void WriteHook(MessageWriter& writer, const BaseChain& base) {
  const std::size_t nest = writer.BeginNest(NFTA_CHAIN_HOOK);
  writer.U32(NFTA_HOOK_HOOKNUM, base.hook);
  writer.U32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(base.priority));
  if (base.has_devices) {
    const std::size_t devices = writer.BeginNest(NFTA_HOOK_DEVS);
    for (const std::string& device : base.devices) writer.String(NFTA_DEVICE_NAME, device);
    writer.EndNest(devices);
    if (base.devices.size() == 1) writer.String(NFTA_HOOK_DEV, base.devices.front());
  }
  writer.EndNest(nest);
}

void WriteDescription(MessageWriter& writer, const Set& set) {
  const std::size_t description = writer.BeginNest(NFTA_SET_DESC);
  const std::uint32_t size = set.elements->ToUserSize(set.size);
  if (size != 0) writer.U32(NFTA_SET_DESC_SIZE, size);
  if (set.declaration.fields.size() > 1) {
    const std::size_t fields = writer.BeginNest(NFTA_SET_DESC_CONCAT);
    for (const std::uint8_t length : set.declaration.fields) {
      const std::size_t field = writer.BeginNest(NFTA_LIST_ELEM);
      writer.U32(NFTA_SET_FIELD_LEN, length);
      writer.EndNest(field);
    }
    writer.EndNest(fields);
  }
  writer.EndNest(description);
}

}  // namespace

std::size_t WriteTable(MessageWriter& writer, const Heading& heading, const Table& table) {
  const std::size_t message = Begin(writer, heading, table.family);
  writer.String(NFTA_TABLE_NAME, table.name);
  writer.U32(NFTA_TABLE_USE, table.use);
  writer.U64(NFTA_TABLE_HANDLE, table.handle);
  if (heading.number != NFT_MSG_DELTABLE) {
    writer.U32(NFTA_TABLE_FLAGS, table.flags);
    if ((table.flags & NFT_TABLE_F_OWNER) != 0) writer.U32(NFTA_TABLE_OWNER, table.owner);
    if (table.userdata) writer.Bytes(NFTA_TABLE_USERDATA, *table.userdata);
  }
  writer.EndMessage(message);
  return message;
}

std::size_t WriteChain(MessageWriter& writer, const Heading& heading, const Chain& chain) {
  const std::size_t message = Begin(writer, heading, chain.table->family);
  writer.String(NFTA_CHAIN_TABLE, chain.table->name);
  writer.String(NFTA_CHAIN_NAME, chain.name);
  writer.U64(NFTA_CHAIN_HANDLE, chain.handle);
  if (heading.number != NFT_MSG_DELCHAIN) {
    if (chain.base != nullptr) {
      WriteHook(writer, *chain.base);
      writer.U32(NFTA_CHAIN_POLICY, chain.base->policy);
      writer.String(NFTA_CHAIN_TYPE, ChainTypeName(chain.base->type));
    }
    if (chain.flags != 0) writer.U32(NFTA_CHAIN_FLAGS, chain.flags);
    writer.U32(NFTA_CHAIN_USE, chain.use);
    if (chain.userdata) writer.Bytes(NFTA_CHAIN_USERDATA, *chain.userdata);
  }
  writer.EndMessage(message);
  return message;
}

std::size_t WriteRule(MessageWriter& writer, const Heading& heading, const Rule& rule,
                      std::uint64_t position) {
  const Table& table = *rule.chain->table;
  const std::size_t message = Begin(writer, heading, table.family);
  writer.String(NFTA_RULE_TABLE, table.name);
  writer.String(NFTA_RULE_CHAIN, rule.chain->name);
  writer.U64(NFTA_RULE_HANDLE, rule.handle);
  if (heading.number != NFT_MSG_DELRULE && position != 0) writer.U64(NFTA_RULE_POSITION, position);
  const std::size_t expressions = writer.BeginNest(NFTA_RULE_EXPRESSIONS);
  for (const auto& expression : rule.expressions) DumpExpression(writer, NFTA_LIST_ELEM, *expression);
  writer.EndNest(expressions);
  Userdata(writer, NFTA_RULE_USERDATA, rule.userdata);
  writer.EndMessage(message);
  return message;
}

std::size_t WriteSet(MessageWriter& writer, const Heading& heading, const Set& set) {
  const std::size_t message = Begin(writer, heading, set.table->family);
  const SetDeclaration& declaration = set.declaration;
  writer.String(NFTA_SET_TABLE, set.table->name);
  writer.String(NFTA_SET_NAME, set.name);
  writer.U64(NFTA_SET_HANDLE, set.handle);
  if (heading.number != NFT_MSG_DELSET) {
    if (declaration.flags != 0) writer.U32(NFTA_SET_FLAGS, declaration.flags);
    writer.U32(NFTA_SET_KEY_TYPE, declaration.key_type);
    writer.U32(NFTA_SET_KEY_LEN, declaration.key_length);
    if (set.is_map()) {
      writer.U32(NFTA_SET_DATA_TYPE, declaration.data_type);
      writer.U32(NFTA_SET_DATA_LEN, declaration.data_length);
    }
    if (set.policy != NFT_SET_POL_PERFORMANCE) writer.U32(NFTA_SET_POLICY, set.policy);
    Userdata(writer, NFTA_SET_USERDATA, set.userdata);
    WriteDescription(writer, set);
    writer.String(kSetAttributeType, set.elements->name());
    writer.U32(kSetAttributeCount, set.elements->ToUserSize(set.element_count));
  }
  writer.EndMessage(message);
  return message;
}

ElementList BeginElementList(MessageWriter& writer, const Heading& heading, const Set& set) {
  ElementList list;
  list.message = Begin(writer, heading, set.table->family);
  writer.String(NFTA_SET_ELEM_LIST_TABLE, set.table->name);
  writer.String(NFTA_SET_ELEM_LIST_SET, set.name);
  list.nest = writer.BeginNest(NFTA_SET_ELEM_LIST_ELEMENTS);
  return list;
}

void WriteListElement(MessageWriter& writer, const Set& set, const Element& element) {
  const std::size_t nest = writer.BeginNest(NFTA_LIST_ELEM);
  if (!element.is_catch_all()) DumpValue(writer, NFTA_SET_ELEM_KEY, element.key());
  if (element.has_data() && set.has_verdicts()) {
    DumpVerdict(writer, NFTA_SET_ELEM_DATA, element.verdict());
  } else if (element.has_data()) {
    DumpValue(writer, NFTA_SET_ELEM_DATA, element.value());
  }
  if (element.flags() != 0) writer.U32(NFTA_SET_ELEM_FLAGS, element.flags());
  Userdata(writer, NFTA_SET_ELEM_USERDATA, element.userdata());
  writer.EndNest(nest);
}

void EndElementList(MessageWriter& writer, const ElementList& list) {
  writer.EndNest(list.nest);
  writer.EndMessage(list.message);
}

std::size_t WriteOneElement(MessageWriter& writer, const Heading& heading, const Set& set,
                            const Element& element) {
  const ElementList list = BeginElementList(writer, heading, set);
  WriteListElement(writer, set, element);
  EndElementList(writer, list);
  return list.message;
}

std::size_t WriteGeneration(MessageWriter& writer, const Heading& heading, const Process& process) {
  const std::size_t message = Begin(writer, heading, NFPROTO_UNSPEC);
  writer.U32(NFTA_GEN_ID, heading.generation);
  writer.U32(NFTA_GEN_PROC_PID, process.pid);
  writer.String(NFTA_GEN_PROC_NAME, process.name);
  writer.EndMessage(message);
  return message;
}

std::uint64_t PositionOf(const Rule& rule) {
  const auto& rules = rule.chain->rules;
  const std::list<std::unique_ptr<Rule>>::const_iterator place = rule.place;
  if (place == rules.begin() || std::next(place) == rules.end()) return 0;
  return (*std::prev(place))->handle;
}

}  // namespace natplan::kernel_sim
