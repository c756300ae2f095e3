#include "core/wire/dictionary.h"

#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

constexpr NumberName kTableFlagNames[] = {
    {NFT_TABLE_F_DORMANT, "DORMANT"}, {2, "OWNER"}, {kTablePersist, "PERSIST"}};
constexpr NumberNames kTableFlags = {true, kTableFlagNames};
constexpr NumberName kChainFlagNames[] = {{1, "BASE"}, {2, "HW_OFFLOAD"}, {4, "BINDING"}};
constexpr NumberNames kChainFlags = {true, kChainFlagNames};
constexpr NumberName kHookNames[] = {
    {0, "prerouting"}, {1, "input"}, {2, "forward"}, {3, "output"}, {4, "postrouting"}};
constexpr NumberNames kHooks = {false, kHookNames};
constexpr NumberName kPolicyNames[] = {{0, "drop"}, {1, "accept"}};
constexpr NumberNames kPolicies = {false, kPolicyNames};
constexpr NumberName kSetFlagNames[] = {{1, "ANONYMOUS"}, {2, "CONSTANT"},   {4, "INTERVAL"},
                                        {8, "MAP"},       {0x10, "TIMEOUT"}, {0x20, "EVAL"},
                                        {0x40, "OBJECT"}, {0x80, "CONCAT"},  {0x100, "EXPR"}};
constexpr NumberNames kSetFlags = {true, kSetFlagNames};
constexpr NumberName kElementFlagNames[] = {{1, "INTERVAL_END"}, {2, "CATCHALL"}};
constexpr NumberNames kElementFlags = {true, kElementFlagNames};
constexpr NumberName kTypeNames[] = {
    {7, "ipv4_addr"},
    {8, "ipv6_addr"},
    {12, "inet_proto"},
    {13, "inet_service"},
    {7 << 6 | 13, "ipv4_addr . inet_service"},
    {8 << 6 | 13, "ipv6_addr . inet_service"},
    {12 << 6 | 13, "inet_proto . inet_service"},
    {7 << 24 | 13 << 18 | 19 << 12 | 19 << 6 | 19, "ipv4_addr . inet_service . mark . mark . mark"},
    {8 << 24 | 13 << 18 | 19 << 12 | 19 << 6 | 19, "ipv6_addr . inet_service . mark . mark . mark"},
    {0xffffff00, "verdict"}};
constexpr NumberNames kTypes = {false, kTypeNames};
constexpr NumberName kVerdictNames[] = {{0, "drop"},
                                        {1, "accept"},
                                        {UINT32_MAX, "continue"},
                                        {UINT32_MAX - 1, "break"},
                                        {UINT32_MAX - 2, "jump"},
                                        {UINT32_MAX - 3, "goto"},
                                        {UINT32_MAX - 4, "return"}};
constexpr NumberNames kVerdicts = {false, kVerdictNames};
constexpr NumberName kFibFlagNames[] = {{1, "SADDR"}, {2, "DADDR"}, {4, "MARK"},
                                        {8, "IIF"},   {16, "OIF"},  {32, "PRESENT"}};
constexpr NumberNames kFibFlags = {true, kFibFlagNames};
constexpr NumberName kFibResultNames[] = {{1, "oif"}, {2, "oifname"}, {3, "addrtype"}};
constexpr NumberNames kFibResults = {false, kFibResultNames};
constexpr NumberName kCmpNames[] = {{0, "eq"}, {1, "neq"}, {2, "lt"}, {3, "lte"}, {4, "gt"}, {5, "gte"}};
constexpr NumberNames kCmpOperators = {false, kCmpNames};
constexpr NumberName kMetaNames[] = {{0, "len"},     {1, "protocol"}, {3, "mark"},
                                     {4, "iif"},     {5, "oif"},      {6, "iifname"},
                                     {7, "oifname"}, {15, "nfproto"}, {16, "l4proto"}};
constexpr NumberNames kMetaKeys = {false, kMetaNames};
constexpr NumberName kBaseNames[] = {{0, "link"}, {1, "network"}, {2, "transport"}, {3, "inner"}};
constexpr NumberNames kPayloadBases = {false, kBaseNames};
constexpr NumberName kLookupFlagNames[] = {{1, "INV"}};
constexpr NumberNames kLookupFlags = {true, kLookupFlagNames};
constexpr NumberName kNatTypeNames[] = {{0, "snat"}, {1, "dnat"}};
constexpr NumberNames kNatTypes = {false, kNatTypeNames};
constexpr NumberName kNatFlagNames[] = {
    {1, "MAP_IPS"}, {2, "PROTO_SPECIFIED"}, {4, "PROTO_RANDOM"}, {8, "PERSISTENT"}};
constexpr NumberNames kNatFlags = {true, kNatFlagNames};

constexpr AttributeInfo kVerdictAttributes[] = {
    {NFTA_VERDICT_CODE, "CODE", Form::kU32, nullptr, &kVerdicts},
    {NFTA_VERDICT_CHAIN, "CHAIN", Form::kText},
    {NFTA_VERDICT_CHAIN_ID, "CHAIN_ID", Form::kU32},
};
constexpr Dictionary kVerdict = {"NFTA_VERDICT_", kVerdictAttributes};
constexpr AttributeInfo kDataAttributes[] = {
    {NFTA_DATA_VALUE, "VALUE"},
    {NFTA_DATA_VERDICT, "VERDICT", Form::kNest, &kVerdict},
};
constexpr Dictionary kData = {"NFTA_DATA_", kDataAttributes};
constexpr AttributeInfo kKeyAttributes[] = {{NFTA_DATA_VALUE, "VALUE", Form::kAddress}};
constexpr Dictionary kKey = {"NFTA_DATA_", kKeyAttributes};

constexpr AttributeInfo kFibAttributes[] = {
    {NFTA_FIB_DREG, "DREG", Form::kU32},
    {NFTA_FIB_RESULT, "RESULT", Form::kU32, nullptr, &kFibResults},
    {NFTA_FIB_FLAGS, "FLAGS", Form::kU32, nullptr, &kFibFlags},
};
constexpr AttributeInfo kCmpAttributes[] = {
    {NFTA_CMP_SREG, "SREG", Form::kU32},
    {NFTA_CMP_OP, "OP", Form::kU32, nullptr, &kCmpOperators},
    {NFTA_CMP_DATA, "DATA", Form::kNest, &kData},
};
constexpr AttributeInfo kMetaAttributes[] = {
    {NFTA_META_DREG, "DREG", Form::kU32},
    {NFTA_META_KEY, "KEY", Form::kU32, nullptr, &kMetaKeys},
    {NFTA_META_SREG, "SREG", Form::kU32},
};
constexpr AttributeInfo kCtAttributes[] = {
    {NFTA_CT_DREG, "DREG", Form::kU32},
    {NFTA_CT_KEY, "KEY", Form::kU32},
    {NFTA_CT_SREG, "SREG", Form::kU32},
};
constexpr AttributeInfo kPayloadAttributes[] = {
    {NFTA_PAYLOAD_DREG, "DREG", Form::kU32},
    {NFTA_PAYLOAD_BASE, "BASE", Form::kU32, nullptr, &kPayloadBases},
    {NFTA_PAYLOAD_OFFSET, "OFFSET", Form::kU32},
    {NFTA_PAYLOAD_LEN, "LEN", Form::kU32},
    {NFTA_PAYLOAD_SREG, "SREG", Form::kU32},
};
constexpr AttributeInfo kBitwiseAttributes[] = {
    {NFTA_BITWISE_SREG, "SREG", Form::kU32},
    {NFTA_BITWISE_DREG, "DREG", Form::kU32},
    {NFTA_BITWISE_LEN, "LEN", Form::kU32},
    {NFTA_BITWISE_MASK, "MASK", Form::kNest, &kData},
    {NFTA_BITWISE_XOR, "XOR", Form::kNest, &kData},
    {NFTA_BITWISE_OP, "OP", Form::kU32},
    {NFTA_BITWISE_DATA, "DATA", Form::kNest, &kData},
};
constexpr AttributeInfo kLookupAttributes[] = {
    {NFTA_LOOKUP_SET, "SET", Form::kText},
    {NFTA_LOOKUP_SREG, "SREG", Form::kU32},
    {NFTA_LOOKUP_DREG, "DREG", Form::kU32},
    {NFTA_LOOKUP_SET_ID, "SET_ID", Form::kU32},
    {NFTA_LOOKUP_FLAGS, "FLAGS", Form::kU32, nullptr, &kLookupFlags},
};
constexpr AttributeInfo kNatAttributes[] = {
    {NFTA_NAT_TYPE, "TYPE", Form::kU32, nullptr, &kNatTypes},
    {NFTA_NAT_FAMILY, "FAMILY", Form::kU32, nullptr, &kProtocols},
    {NFTA_NAT_REG_ADDR_MIN, "REG_ADDR_MIN", Form::kU32},
    {NFTA_NAT_REG_ADDR_MAX, "REG_ADDR_MAX", Form::kU32},
    {NFTA_NAT_REG_PROTO_MIN, "REG_PROTO_MIN", Form::kU32},
    {NFTA_NAT_REG_PROTO_MAX, "REG_PROTO_MAX", Form::kU32},
    {NFTA_NAT_FLAGS, "FLAGS", Form::kU32, nullptr, &kNatFlags},
};
constexpr AttributeInfo kMasqAttributes[] = {
    {NFTA_MASQ_FLAGS, "FLAGS", Form::kU32, nullptr, &kNatFlags},
    {NFTA_MASQ_REG_PROTO_MIN, "REG_PROTO_MIN", Form::kU32},
    {NFTA_MASQ_REG_PROTO_MAX, "REG_PROTO_MAX", Form::kU32},
};
constexpr AttributeInfo kCounterAttributes[] = {
    {NFTA_COUNTER_BYTES, "BYTES", Form::kU64},
    {NFTA_COUNTER_PACKETS, "PACKETS", Form::kU64},
};
constexpr AttributeInfo kImmediateAttributes[] = {
    {NFTA_IMMEDIATE_DREG, "DREG", Form::kU32},
    {NFTA_IMMEDIATE_DATA, "DATA", Form::kNest, &kData},
};

struct ExpressionInfo {
  std::string_view name;
  Dictionary dictionary;
};
constexpr ExpressionInfo kExpressionInfos[] = {
    {"fib", {"NFTA_FIB_", kFibAttributes}},
    {"cmp", {"NFTA_CMP_", kCmpAttributes}},
    {"meta", {"NFTA_META_", kMetaAttributes}},
    {"ct", {"NFTA_CT_", kCtAttributes}},
    {"payload", {"NFTA_PAYLOAD_", kPayloadAttributes}},
    {"bitwise", {"NFTA_BITWISE_", kBitwiseAttributes}},
    {"lookup", {"NFTA_LOOKUP_", kLookupAttributes}},
    {"nat", {"NFTA_NAT_", kNatAttributes}},
    {"masq", {"NFTA_MASQ_", kMasqAttributes}},
    {"counter", {"NFTA_COUNTER_", kCounterAttributes}},
    {"immediate", {"NFTA_IMMEDIATE_", kImmediateAttributes}},
};

constexpr AttributeInfo kExpressionAttributes[] = {
    {NFTA_EXPR_NAME, "NAME", Form::kText},
    {NFTA_EXPR_DATA, "DATA", Form::kExpressionData},
};
constexpr Dictionary kExpression = {"NFTA_EXPR_", kExpressionAttributes};
constexpr AttributeInfo kExpressionListAttributes[] = {{NFTA_LIST_ELEM, "ELEM", Form::kNest, &kExpression}};
constexpr Dictionary kExpressionList = {"NFTA_LIST_", kExpressionListAttributes, true};

constexpr AttributeInfo kElementAttributes[] = {
    {NFTA_SET_ELEM_KEY, "KEY", Form::kNest, &kKey},
    {NFTA_SET_ELEM_DATA, "DATA", Form::kNest, &kData},
    {NFTA_SET_ELEM_FLAGS, "FLAGS", Form::kU32, nullptr, &kElementFlags},
    {NFTA_SET_ELEM_TIMEOUT, "TIMEOUT", Form::kU64},
    {NFTA_SET_ELEM_EXPIRATION, "EXPIRATION", Form::kU64},
    {NFTA_SET_ELEM_USERDATA, "USERDATA", Form::kUserdata},
    {NFTA_SET_ELEM_EXPR, "EXPR", Form::kNest, &kExpression},
    {NFTA_SET_ELEM_OBJREF, "OBJREF", Form::kText},
    {NFTA_SET_ELEM_KEY_END, "KEY_END", Form::kNest, &kKey},
    {NFTA_SET_ELEM_EXPRESSIONS, "EXPRESSIONS", Form::kNest, &kExpressionList},
};
constexpr Dictionary kElement = {"NFTA_SET_ELEM_", kElementAttributes};
constexpr AttributeInfo kElementListAttributes[] = {{NFTA_LIST_ELEM, "ELEM", Form::kNest, &kElement}};
constexpr Dictionary kElementList = {"NFTA_LIST_", kElementListAttributes, true};

constexpr AttributeInfo kHookAttributes[] = {
    {NFTA_HOOK_HOOKNUM, "HOOKNUM", Form::kU32, nullptr, &kHooks},
    {NFTA_HOOK_PRIORITY, "PRIORITY", Form::kS32},
    {NFTA_HOOK_DEV, "DEV", Form::kText},
};
constexpr Dictionary kHook = {"NFTA_HOOK_", kHookAttributes};
constexpr AttributeInfo kSetDescAttributes[] = {
    {NFTA_SET_DESC_SIZE, "SIZE", Form::kU32},
    {NFTA_SET_DESC_CONCAT, "CONCAT"},
};
constexpr Dictionary kSetDesc = {"NFTA_SET_DESC_", kSetDescAttributes};

constexpr AttributeInfo kTableAttributes[] = {
    {NFTA_TABLE_NAME, "NAME", Form::kText},
    {NFTA_TABLE_FLAGS, "FLAGS", Form::kU32, nullptr, &kTableFlags},
    {NFTA_TABLE_USE, "USE", Form::kU32},
    {NFTA_TABLE_HANDLE, "HANDLE", Form::kU64},
    {NFTA_TABLE_USERDATA, "USERDATA", Form::kUserdata},
    {NFTA_TABLE_OWNER, "OWNER", Form::kU32},
};
constexpr Dictionary kTable = {"NFTA_TABLE_", kTableAttributes};
constexpr AttributeInfo kChainAttributes[] = {
    {NFTA_CHAIN_TABLE, "TABLE", Form::kText},
    {NFTA_CHAIN_HANDLE, "HANDLE", Form::kU64},
    {NFTA_CHAIN_NAME, "NAME", Form::kText},
    {NFTA_CHAIN_HOOK, "HOOK", Form::kNest, &kHook},
    {NFTA_CHAIN_POLICY, "POLICY", Form::kU32, nullptr, &kPolicies},
    {NFTA_CHAIN_USE, "USE", Form::kU32},
    {NFTA_CHAIN_TYPE, "TYPE", Form::kText},
    {NFTA_CHAIN_FLAGS, "FLAGS", Form::kU32, nullptr, &kChainFlags},
    {NFTA_CHAIN_ID, "ID", Form::kU32},
    {NFTA_CHAIN_USERDATA, "USERDATA", Form::kUserdata},
};
constexpr Dictionary kChain = {"NFTA_CHAIN_", kChainAttributes};
constexpr AttributeInfo kRuleAttributes[] = {
    {NFTA_RULE_TABLE, "TABLE", Form::kText},
    {NFTA_RULE_CHAIN, "CHAIN", Form::kText},
    {NFTA_RULE_HANDLE, "HANDLE", Form::kU64},
    {NFTA_RULE_EXPRESSIONS, "EXPRESSIONS", Form::kNest, &kExpressionList},
    {NFTA_RULE_POSITION, "POSITION", Form::kU64},
    {NFTA_RULE_USERDATA, "USERDATA", Form::kUserdata},
    {NFTA_RULE_ID, "ID", Form::kU32},
};
constexpr Dictionary kRule = {"NFTA_RULE_", kRuleAttributes};
constexpr AttributeInfo kSetAttributes[] = {
    {NFTA_SET_TABLE, "TABLE", Form::kText},
    {NFTA_SET_NAME, "NAME", Form::kText},
    {NFTA_SET_FLAGS, "FLAGS", Form::kU32, nullptr, &kSetFlags},
    {NFTA_SET_KEY_TYPE, "KEY_TYPE", Form::kU32, nullptr, &kTypes},
    {NFTA_SET_KEY_LEN, "KEY_LEN", Form::kU32},
    {NFTA_SET_DATA_TYPE, "DATA_TYPE", Form::kU32, nullptr, &kTypes},
    {NFTA_SET_DATA_LEN, "DATA_LEN", Form::kU32},
    {NFTA_SET_POLICY, "POLICY", Form::kU32},
    {NFTA_SET_DESC, "DESC", Form::kNest, &kSetDesc},
    {NFTA_SET_ID, "ID", Form::kU32},
    {NFTA_SET_TIMEOUT, "TIMEOUT", Form::kU64},
    {NFTA_SET_GC_INTERVAL, "GC_INTERVAL", Form::kU32},
    {NFTA_SET_USERDATA, "USERDATA"},
    {NFTA_SET_OBJ_TYPE, "OBJ_TYPE", Form::kU32},
    {NFTA_SET_HANDLE, "HANDLE", Form::kU64},
    {NFTA_SET_EXPR, "EXPR", Form::kNest, &kExpression},
    {NFTA_SET_EXPRESSIONS, "EXPRESSIONS", Form::kNest, &kExpressionList},
    {kSetType, "TYPE", Form::kText},
    {kSetCount, "COUNT", Form::kU32},
};
constexpr Dictionary kSet = {"NFTA_SET_", kSetAttributes};
constexpr AttributeInfo kElementsAttributes[] = {
    {NFTA_SET_ELEM_LIST_TABLE, "TABLE", Form::kText},
    {NFTA_SET_ELEM_LIST_SET, "SET", Form::kText},
    {NFTA_SET_ELEM_LIST_ELEMENTS, "ELEMENTS", Form::kNest, &kElementList},
    {NFTA_SET_ELEM_LIST_SET_ID, "SET_ID", Form::kU32},
};
constexpr Dictionary kElements = {"NFTA_SET_ELEM_LIST_", kElementsAttributes};
constexpr AttributeInfo kObjectAttributes[] = {
    {NFTA_OBJ_TABLE, "TABLE", Form::kText}, {NFTA_OBJ_NAME, "NAME", Form::kText},
    {NFTA_OBJ_TYPE, "TYPE", Form::kU32},    {NFTA_OBJ_DATA, "DATA"},
    {NFTA_OBJ_USE, "USE", Form::kU32},      {NFTA_OBJ_HANDLE, "HANDLE", Form::kU64},
};
constexpr Dictionary kObject = {"NFTA_OBJ_", kObjectAttributes};
constexpr AttributeInfo kFlowtableAttributes[] = {
    {NFTA_FLOWTABLE_TABLE, "TABLE", Form::kText},
    {NFTA_FLOWTABLE_NAME, "NAME", Form::kText},
    {NFTA_FLOWTABLE_HOOK, "HOOK"},
    {NFTA_FLOWTABLE_USE, "USE", Form::kU32},
    {NFTA_FLOWTABLE_HANDLE, "HANDLE", Form::kU64},
    {NFTA_FLOWTABLE_FLAGS, "FLAGS", Form::kU32},
};
constexpr Dictionary kFlowtable = {"NFTA_FLOWTABLE_", kFlowtableAttributes};
constexpr AttributeInfo kGenerationAttributes[] = {
    {NFTA_GEN_ID, "ID", Form::kU32},
    {NFTA_GEN_PROC_PID, "PROC_PID", Form::kU32},
    {NFTA_GEN_PROC_NAME, "PROC_NAME", Form::kText},
};
constexpr Dictionary kGeneration = {"NFTA_GEN_", kGenerationAttributes};
constexpr AttributeInfo kBatchAttributes[] = {{NFNL_BATCH_GENID, "GENID", Form::kU32}};
constexpr Dictionary kBatch = {"NFNL_BATCH_", kBatchAttributes};
constexpr AttributeInfo kExtendedAckAttributes[] = {
    {NLMSGERR_ATTR_MSG, "MSG", Form::kText},
    {NLMSGERR_ATTR_OFFS, "OFFS", Form::kHostU32},
    {NLMSGERR_ATTR_COOKIE, "COOKIE"},
    {NLMSGERR_ATTR_POLICY, "POLICY"},
};
constexpr Dictionary kExtendedAck = {"NLMSGERR_ATTR_", kExtendedAckAttributes};

// What the upper bits of nlmsg_flags mean.
enum class Action { kNew, kGet, kDelete, kOther };

struct MessageInfo {
  std::uint16_t type;
  std::string_view name;
  const Dictionary* dictionary = nullptr;
  Action action = Action::kOther;
};
constexpr MessageInfo kMessages[] = {
    {NLMSG_NOOP, "NLMSG_NOOP"},
    {NLMSG_ERROR, "NLMSG_ERROR"},
    {NLMSG_DONE, "NLMSG_DONE"},
    {NLMSG_OVERRUN, "NLMSG_OVERRUN"},
    {NFNL_MSG_BATCH_BEGIN, "NFNL_MSG_BATCH_BEGIN", &kBatch},
    {NFNL_MSG_BATCH_END, "NFNL_MSG_BATCH_END", &kBatch},
    {MessageType(NFT_MSG_NEWTABLE), "NFT_MSG_NEWTABLE", &kTable, Action::kNew},
    {MessageType(NFT_MSG_GETTABLE), "NFT_MSG_GETTABLE", &kTable, Action::kGet},
    {MessageType(NFT_MSG_DELTABLE), "NFT_MSG_DELTABLE", &kTable, Action::kDelete},
    {MessageType(NFT_MSG_NEWCHAIN), "NFT_MSG_NEWCHAIN", &kChain, Action::kNew},
    {MessageType(NFT_MSG_GETCHAIN), "NFT_MSG_GETCHAIN", &kChain, Action::kGet},
    {MessageType(NFT_MSG_DELCHAIN), "NFT_MSG_DELCHAIN", &kChain, Action::kDelete},
    {MessageType(NFT_MSG_NEWRULE), "NFT_MSG_NEWRULE", &kRule, Action::kNew},
    {MessageType(NFT_MSG_GETRULE), "NFT_MSG_GETRULE", &kRule, Action::kGet},
    {MessageType(NFT_MSG_DELRULE), "NFT_MSG_DELRULE", &kRule, Action::kDelete},
    {MessageType(NFT_MSG_NEWSET), "NFT_MSG_NEWSET", &kSet, Action::kNew},
    {MessageType(NFT_MSG_GETSET), "NFT_MSG_GETSET", &kSet, Action::kGet},
    {MessageType(NFT_MSG_DELSET), "NFT_MSG_DELSET", &kSet, Action::kDelete},
    {MessageType(NFT_MSG_NEWSETELEM), "NFT_MSG_NEWSETELEM", &kElements, Action::kNew},
    {MessageType(NFT_MSG_GETSETELEM), "NFT_MSG_GETSETELEM", &kElements, Action::kGet},
    {MessageType(NFT_MSG_DELSETELEM), "NFT_MSG_DELSETELEM", &kElements, Action::kDelete},
    {MessageType(NFT_MSG_NEWGEN), "NFT_MSG_NEWGEN", &kGeneration},
    {MessageType(NFT_MSG_GETGEN), "NFT_MSG_GETGEN", &kGeneration},
    {MessageType(NFT_MSG_NEWOBJ), "NFT_MSG_NEWOBJ", &kObject, Action::kNew},
    {MessageType(NFT_MSG_GETOBJ), "NFT_MSG_GETOBJ", &kObject, Action::kGet},
    {MessageType(NFT_MSG_DELOBJ), "NFT_MSG_DELOBJ", &kObject, Action::kDelete},
    {MessageType(NFT_MSG_NEWFLOWTABLE), "NFT_MSG_NEWFLOWTABLE", &kFlowtable, Action::kNew},
    {MessageType(NFT_MSG_GETFLOWTABLE), "NFT_MSG_GETFLOWTABLE", &kFlowtable, Action::kGet},
    {MessageType(NFT_MSG_DELFLOWTABLE), "NFT_MSG_DELFLOWTABLE", &kFlowtable, Action::kDelete},
    {MessageType(kMessageDestroyTable), "NFT_MSG_DESTROYTABLE", &kTable, Action::kDelete},
    {MessageType(kMessageDestroyChain), "NFT_MSG_DESTROYCHAIN", &kChain, Action::kDelete},
    {MessageType(kMessageDestroyRule), "NFT_MSG_DESTROYRULE", &kRule, Action::kDelete},
    {MessageType(kMessageDestroySet), "NFT_MSG_DESTROYSET", &kSet, Action::kDelete},
    {MessageType(kMessageDestroySetElem), "NFT_MSG_DESTROYSETELEM", &kElements, Action::kDelete},
    {MessageType(kMessageDestroyObj), "NFT_MSG_DESTROYOBJ", &kObject, Action::kDelete},
    {MessageType(kMessageDestroyFlowtable), "NFT_MSG_DESTROYFLOWTABLE", &kFlowtable, Action::kDelete},
    {MessageType(kMessageGetSetElemReset), "NFT_MSG_GETSETELEM_RESET", &kElements, Action::kGet},
};

const MessageInfo* FindMessage(std::uint16_t type) {
  for (const MessageInfo& info : kMessages) {
    if (info.type == type) return &info;
  }
  return nullptr;
}

constexpr NumberName kCommonFlagNames[] = {{NLM_F_REQUEST, "REQUEST"},
                                           {NLM_F_MULTI, "MULTI"},
                                           {NLM_F_ACK, "ACK"},
                                           {NLM_F_ECHO, "ECHO"},
                                           {NLM_F_DUMP_INTR, "DUMP_INTR"}};
constexpr NumberName kNewFlagNames[] = {
    {NLM_F_REPLACE, "REPLACE"}, {NLM_F_EXCL, "EXCL"}, {NLM_F_CREATE, "CREATE"}, {NLM_F_APPEND, "APPEND"}};
constexpr NumberName kGetFlagNames[] = {{NLM_F_DUMP, "DUMP"}, {NLM_F_ROOT, "ROOT"}, {NLM_F_MATCH, "MATCH"}};
constexpr NumberName kDeleteFlagNames[] = {{NLM_F_NONREC, "NONREC"}};
constexpr NumberName kAckFlagNames[] = {{NLM_F_CAPPED, "CAPPED"}, {NLM_F_ACK_TLVS, "ACK_TLVS"}};

}  // namespace

const AttributeInfo* Dictionary::Find(std::uint16_t type) const {
  if (is_list) return &attributes.front();
  for (const AttributeInfo& info : attributes) {
    if (info.type == type) return &info;
  }
  return nullptr;
}

std::string MessageName(std::uint16_t nlmsg_type) {
  const MessageInfo* const info = FindMessage(nlmsg_type);
  return info != nullptr ? std::string(info->name) : Hexadecimal(nlmsg_type);
}

const Dictionary* DictionaryOfMessage(std::uint16_t nlmsg_type) {
  const MessageInfo* const info = FindMessage(nlmsg_type);
  return info != nullptr ? info->dictionary : nullptr;
}

const Dictionary* DictionaryOfExpression(std::string_view name) {
  for (const ExpressionInfo& info : kExpressionInfos) {
    if (info.name == name) return &info.dictionary;
  }
  return nullptr;
}

const Dictionary& DictionaryOfExtendedAck() { return kExtendedAck; }

std::string FlagsText(std::uint16_t nlmsg_type, std::uint16_t flags) {
  if (flags == 0) return "0";
  const MessageInfo* const info = FindMessage(nlmsg_type);
  const Action action = info != nullptr ? info->action : Action::kOther;
  std::uint32_t rest = flags;
  std::string text;
  AppendFlags(kCommonFlagNames, rest, text);
  if (nlmsg_type == NLMSG_ERROR) AppendFlags(kAckFlagNames, rest, text);
  if (action == Action::kNew) AppendFlags(kNewFlagNames, rest, text);
  if (action == Action::kGet) AppendFlags(kGetFlagNames, rest, text);
  if (action == Action::kDelete) AppendFlags(kDeleteFlagNames, rest, text);
  return WithRest(text, rest);
}

}  // namespace natplan::wire
