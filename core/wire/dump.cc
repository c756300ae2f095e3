#include "core/wire/dump.h"

#include "core/wire/element_encoder.h"
#include "core/wire/message_writer.h"
#include "core/wire/numbers.h"

namespace natplan {
namespace {

using wire::Header;
using wire::MessageWriter;

Header RequestHeader(unsigned message, std::uint8_t protocol, std::uint32_t sequence) {
  return {
      .type = wire::MessageType(message), .flags = NLM_F_REQUEST, .sequence = sequence, .protocol = protocol};
}

Header DumpHeader(unsigned message, Family family, std::uint32_t sequence) {
  Header header = RequestHeader(message, wire::ProtocolOf(family), sequence);
  header.flags |= NLM_F_DUMP;
  return header;
}

// A dump that is limited to what has this text in this attribute.
std::vector<std::uint8_t> EncodeDump(const Header& header, std::uint16_t attribute,
                                     const std::string& value) {
  std::vector<std::uint8_t> bytes;
  MessageWriter writer(bytes, header);
  writer.PutString(attribute, value);
  writer.Finish();
  return bytes;
}

std::vector<std::uint8_t> EncodeBare(const Header& header) {
  std::vector<std::uint8_t> bytes;
  MessageWriter(bytes, header).Finish();
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> EncodeGetGeneration(std::uint32_t sequence) {
  return EncodeBare(RequestHeader(NFT_MSG_GETGEN, NFPROTO_UNSPEC, sequence));
}

std::vector<std::uint8_t> EncodeDumpTables(Family family, std::uint32_t sequence) {
  return EncodeBare(DumpHeader(NFT_MSG_GETTABLE, family, sequence));
}

std::vector<std::uint8_t> EncodeDumpChains(Family family, std::uint32_t sequence) {
  return EncodeBare(DumpHeader(NFT_MSG_GETCHAIN, family, sequence));
}

std::vector<std::uint8_t> EncodeDumpSets(const TableId& table, std::uint32_t sequence) {
  return EncodeDump(DumpHeader(NFT_MSG_GETSET, table.family, sequence), NFTA_SET_TABLE, table.name);
}

std::vector<std::uint8_t> EncodeDumpRules(const TableId& table, std::uint32_t sequence) {
  return EncodeDump(DumpHeader(NFT_MSG_GETRULE, table.family, sequence), NFTA_RULE_TABLE, table.name);
}

std::vector<std::uint8_t> EncodeDumpObjects(const TableId& table, std::uint32_t sequence) {
  return EncodeDump(DumpHeader(NFT_MSG_GETOBJ, table.family, sequence), NFTA_OBJ_TABLE, table.name);
}

std::vector<std::uint8_t> EncodeDumpFlowtables(const TableId& table, std::uint32_t sequence) {
  return EncodeDump(DumpHeader(NFT_MSG_GETFLOWTABLE, table.family, sequence), NFTA_FLOWTABLE_TABLE,
                    table.name);
}

std::vector<std::uint8_t> EncodeDumpElements(const TableId& table, const std::string& set,
                                             std::uint32_t sequence) {
  std::vector<std::uint8_t> bytes;
  MessageWriter writer(bytes, DumpHeader(NFT_MSG_GETSETELEM, table.family, sequence));
  writer.PutString(NFTA_SET_ELEM_LIST_TABLE, table.name);
  writer.PutString(NFTA_SET_ELEM_LIST_SET, set);
  writer.Finish();
  return bytes;
}

std::vector<std::uint8_t> EncodeGetElement(const KeyRequest& wanted, ElementNode node,
                                           std::uint32_t sequence) {
  Header header = RequestHeader(NFT_MSG_GETSETELEM, wire::ProtocolOf(wanted.table.family), sequence);
  header.flags |= NLM_F_ACK;
  const Element element{.kind = node == ElementNode::kEnd ? ElementKind::kEnd : ElementKind::kSingle,
                        .key = wanted.key};
  const wire::ElementList list{
      .table = wanted.table, .set = wanted.set, .elements = std::span<const Element>(&element, 1)};
  std::vector<wire::ElementMessage> messages;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(wire::DivideIntoMessages(list, messages));
  wire::EncodeElements(list, messages.front(), header, bytes);
  return bytes;
}

}  // namespace natplan
