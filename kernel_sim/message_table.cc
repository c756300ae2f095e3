#include "kernel_sim/message_table.h"

#include <array>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::size_t kMessageCount = 34;

std::array<MessageKind, kMessageCount> MakeTable() {
  std::array<MessageKind, kMessageCount> table;
  table[NFT_MSG_NEWTABLE] = {NewTable, nullptr, nullptr, TablePolicy()};
  table[NFT_MSG_GETTABLE] = {nullptr, GetTable, DumpTables, TablePolicy()};
  table[NFT_MSG_DELTABLE] = {DeleteTable, nullptr, nullptr, TablePolicy()};
  table[kMsgDestroyTable] = table[NFT_MSG_DELTABLE];
  table[NFT_MSG_NEWCHAIN] = {NewChain, nullptr, nullptr, ChainPolicy()};
  table[NFT_MSG_GETCHAIN] = {nullptr, GetChain, DumpChains, ChainPolicy()};
  table[NFT_MSG_DELCHAIN] = {DeleteChain, nullptr, nullptr, ChainPolicy()};
  table[kMsgDestroyChain] = table[NFT_MSG_DELCHAIN];
  table[NFT_MSG_NEWRULE] = {NewRule, nullptr, nullptr, RulePolicy()};
  table[NFT_MSG_GETRULE] = {nullptr, GetRule, DumpRules, RulePolicy()};
  table[kMsgGetRuleReset] = table[NFT_MSG_GETRULE];
  table[NFT_MSG_DELRULE] = {DeleteRule, nullptr, nullptr, RulePolicy()};
  table[kMsgDestroyRule] = table[NFT_MSG_DELRULE];
  table[NFT_MSG_NEWSET] = {NewSet, nullptr, nullptr, SetPolicy()};
  table[NFT_MSG_GETSET] = {nullptr, GetSet, DumpSets, SetPolicy()};
  table[NFT_MSG_DELSET] = {DeleteSet, nullptr, nullptr, SetPolicy()};
  table[kMsgDestroySet] = table[NFT_MSG_DELSET];
  table[NFT_MSG_NEWSETELEM] = {NewElements, nullptr, nullptr, ElementListPolicy()};
  table[NFT_MSG_GETSETELEM] = {nullptr, GetElements, DumpElements, ElementListPolicy()};
  table[kMsgGetSetElemReset] = table[NFT_MSG_GETSETELEM];
  table[NFT_MSG_DELSETELEM] = {DeleteElements, nullptr, nullptr, ElementListPolicy()};
  table[kMsgDestroySetElem] = table[NFT_MSG_DELSETELEM];
  table[NFT_MSG_GETGEN] = {nullptr, GetGeneration, nullptr, {}};
  table[NFT_MSG_NEWOBJ] = {NewObject, nullptr, nullptr, ObjectPolicy()};
  table[NFT_MSG_GETOBJ] = {nullptr, GetObject, DumpNothing, ObjectPolicy()};
  table[NFT_MSG_GETOBJ_RESET] = table[NFT_MSG_GETOBJ];
  table[NFT_MSG_DELOBJ] = {DeleteObject, nullptr, nullptr, ObjectPolicy()};
  table[kMsgDestroyObj] = table[NFT_MSG_DELOBJ];
  table[NFT_MSG_NEWFLOWTABLE] = {NewFlowtable, nullptr, nullptr, FlowtablePolicy()};
  table[NFT_MSG_GETFLOWTABLE] = {nullptr, GetFlowtable, DumpNothing, FlowtablePolicy()};
  table[NFT_MSG_DELFLOWTABLE] = {DeleteFlowtable, nullptr, nullptr, FlowtablePolicy()};
  table[kMsgDestroyFlowtable] = table[NFT_MSG_DELFLOWTABLE];
  return table;
}

}  // namespace

const MessageKind* FindMessageKind(std::uint8_t number) {
  static const std::array<MessageKind, kMessageCount> table = MakeTable();
  return number < table.size() ? &table[number] : nullptr;
}

}  // namespace natplan::kernel_sim
