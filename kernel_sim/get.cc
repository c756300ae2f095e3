#include "kernel_sim/get.h"

#include <cerrno>

#include "kernel_sim/describe.h"
#include "kernel_sim/element_key.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

Heading Answer(const NfTables& state, const Request& request, std::uint8_t number) {
  return {number, 0, request.sequence(), request.sender->port, state.generation};
}

// A reply of one message. What is too large for the kernel's buffer ends as its -1, which reads as EPERM.
template <typename Writer, typename... Arguments>
GetReply One(const Heading& heading, Writer write, const Arguments&... arguments) {
  MessageWriter writer(kMessageGoodSize);
  write(writer, heading, arguments...);
  if (writer.full()) return {EPERM, {}};
  GetReply reply;
  reply.datagrams.push_back(writer.Take());
  return reply;
}

GetReply Missing(const Request& request, const Attribute& attribute) {
  request.extack->Blame(attribute);
  return {ENOENT, {}};
}

// The table, whoever owns it; null with the error in `reply`.
const Table* FindNamedTable(const NfTables& state, const Request& request, std::size_t number,
                            GetReply& reply) {
  const Attribute& name = request[number];
  if (!name) {
    reply.error = EINVAL;
    return nullptr;
  }
  const Table* table = FindTable(state, request.family, ReadString(name));
  if (table == nullptr) reply = Missing(request, name);
  return table;
}

// Kernel: net/netfilter/nf_tables_api.c nft_get_set_elem() (6.18)
int GetElement(const NfTables& state, const Request& request, const Set& set, const Attribute& item,
               GetReply& reply) {
  ElementAttributes attributes;
  if (const int error = attributes.Parse(item, kElementPolicy)) return error;
  std::uint32_t flags = 0;
  if (const int error = ParseElementFlags(set, attributes, flags)) return error;
  std::optional<const Element*> element;
  if ((flags & NFT_SET_ELEM_CATCHALL) != 0) {
    if (!set.catch_all.empty()) element = set.catch_all.front().get();
  } else {
    Data key;
    if (const int error = ParseElementKey(set, attributes[NFTA_SET_ELEM_KEY], key)) return error;
    element = set.elements->Get(key.value(), (flags & NFT_SET_ELEM_INTERVAL_END) != 0);
  }
  if (!element) return ENOENT;
  if (*element == nullptr) return 0;
  GetReply one = One(Answer(state, request, NFT_MSG_NEWSETELEM), WriteOneElement, set, **element);
  if (one.error == 0) reply.datagrams.push_back(std::move(one.datagrams.front()));
  return one.error;
}

}  // namespace

GetReply GetTable(const NfTables& state, const Request& request) {
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_TABLE_NAME, reply);
  return table == nullptr ? reply : One(Answer(state, request, NFT_MSG_NEWTABLE), WriteTable, *table);
}

GetReply GetChain(const NfTables& state, const Request& request) {
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_CHAIN_TABLE, reply);
  if (table == nullptr) return reply;
  const Attribute& name = request[NFTA_CHAIN_NAME];
  if (!name) return {EINVAL, {}};
  const Chain* chain = FindChain(*table, ReadString(name));
  if (chain == nullptr) return Missing(request, name);
  return One(Answer(state, request, NFT_MSG_NEWCHAIN), WriteChain, *chain);
}

GetReply GetRule(const NfTables& state, const Request& request) {
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_RULE_TABLE, reply);
  if (table == nullptr) return reply;
  const Attribute& name = request[NFTA_RULE_CHAIN];
  if (!name) return {EINVAL, {}};
  const Chain* chain = FindChain(*table, ReadString(name));
  if (chain == nullptr) return Missing(request, name);
  const Attribute& handle = request[NFTA_RULE_HANDLE];
  if (!handle) return {EINVAL, {}};
  const Rule* rule = FindRule(*chain, ReadU64(handle));
  if (rule == nullptr) return Missing(request, handle);
  return One(Answer(state, request, NFT_MSG_NEWRULE), WriteRule, *rule, std::uint64_t{0});
}

GetReply GetSet(const NfTables& state, const Request& request) {
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_SET_TABLE, reply);
  if (table == nullptr) return reply;
  const Attribute& name = request[NFTA_SET_NAME];
  if (!name) return {EINVAL, {}};
  const Set* set = FindSet(*table, ReadString(name));
  if (set == nullptr) return Missing(request, name);
  return One(Answer(state, request, NFT_MSG_NEWSET), WriteSet, *set);
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_getsetelem() (6.18)
GetReply GetElements(const NfTables& state, const Request& request) {
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_SET_ELEM_LIST_TABLE, reply);
  if (table == nullptr) return reply;
  const Attribute& name = request[NFTA_SET_ELEM_LIST_SET];
  if (!name) return {EINVAL, {}};
  const Set* set = FindSet(*table, ReadString(name));
  if (set == nullptr) return Missing(request, name);
  const Attribute& list = request[NFTA_SET_ELEM_LIST_ELEMENTS];
  if (!list) return {EINVAL, {}};
  Attribute item;
  for (AttributeCursor cursor(list.payload); cursor.Next(item);) {
    reply.error = GetElement(state, request, *set, item, reply);
    if (reply.error == 0) continue;
    request.extack->Blame(item);
    break;
  }
  return reply;
}

GetReply GetObject(const NfTables& state, const Request& request) {
  if (!request[NFTA_OBJ_NAME] || !request[NFTA_OBJ_TYPE]) return {EINVAL, {}};
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_OBJ_TABLE, reply);
  return table == nullptr ? reply : Missing(request, request[NFTA_OBJ_NAME]);
}

GetReply GetFlowtable(const NfTables& state, const Request& request) {
  if (!request[NFTA_FLOWTABLE_NAME]) return {EINVAL, {}};
  GetReply reply;
  const Table* table = FindNamedTable(state, request, NFTA_FLOWTABLE_TABLE, reply);
  return table == nullptr ? reply : Missing(request, request[NFTA_FLOWTABLE_NAME]);
}

GetReply GetGeneration(const NfTables& state, const Request& request) {
  return One(Answer(state, request, NFT_MSG_NEWGEN), WriteGeneration, request.sender->process);
}

}  // namespace natplan::kernel_sim
