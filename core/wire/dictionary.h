// Names of nf_tables' messages, attributes and numbers, for people who read bytes. Nothing is encoded or
// decoded by it.
#ifndef NATPLAN_CORE_WIRE_DICTIONARY_H_
#define NATPLAN_CORE_WIRE_DICTIONARY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/wire/number_names.h"

namespace natplan::wire {

enum class Form {
  kBytes,
  kAddress,         // bytes that are an address if they have its length
  kText,            // ends at a NUL
  kU32,             // big endian
  kS32,             // big endian
  kU64,             // big endian
  kHostU32,         // host byte order
  kUserdata,        // may hold a comment
  kNest,            // attributes
  kExpressionData,  // attributes whose names depend on the expression's name
};

struct Dictionary;

struct AttributeInfo {
  std::uint16_t type;
  std::string_view name;  // without the dictionary's prefix
  Form form = Form::kBytes;
  const Dictionary* nest = nullptr;  // of kNest
  const NumberNames* numbers = nullptr;
};

// The attributes of one kind of nest, or of a message.
struct Dictionary {
  std::string_view prefix;  // "NFTA_TABLE_"
  std::span<const AttributeInfo> attributes;
  // The attributes are entries of a list: their numbers mean nothing to the kernel, and all are like the
  // first one.
  bool is_list = false;

  // None: the number is unknown.
  const AttributeInfo* Find(std::uint16_t type) const;
};

// "NFT_MSG_NEWTABLE"; a number where there is no name.
std::string MessageName(std::uint16_t nlmsg_type);
// The attributes behind the nfgenmsg of a message; none: the message is not known.
const Dictionary* DictionaryOfMessage(std::uint16_t nlmsg_type);
// The attributes of NFTA_EXPR_DATA; none: the expression is not known.
const Dictionary* DictionaryOfExpression(std::string_view name);
// The attributes of an extended acknowledgement.
const Dictionary& DictionaryOfExtendedAck();

// nlmsg_flags, whose upper bits depend on what the message does: "REQUEST|ACK|CREATE".
std::string FlagsText(std::uint16_t nlmsg_type, std::uint16_t flags);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_DICTIONARY_H_
