#include "core/wire/notifications.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "core/values/address.h"
#include "core/wire/message_reader.h"
#include "core/wire/numbers.h"
#include "core/wire/read_expression.h"
#include "core/wire/read_object.h"
#include "core/wire/userdata.h"

namespace natplan {
namespace {

using wire::AttributeTable;
using wire::Bytes;

// Each message of nf_tables that names a table does so in the same attribute.
constexpr std::uint16_t kTableAttribute = NFTA_TABLE_NAME;
static_assert(kTableAttribute == NFTA_CHAIN_TABLE && kTableAttribute == NFTA_RULE_TABLE &&
              kTableAttribute == NFTA_SET_TABLE && kTableAttribute == NFTA_SET_ELEM_LIST_TABLE &&
              kTableAttribute == NFTA_OBJ_TABLE && kTableAttribute == NFTA_FLOWTABLE_TABLE);

std::string Line(bool is_new, std::string_view noun, const TableId& table, std::string_view name) {
  std::string line = is_new ? "add " : "delete ";
  line += noun;
  line += ' ' + std::string(Name(table.family)) + ' ' + table.name;
  if (!name.empty()) line += ' ' + std::string(name);
  return line;
}

// The end that closes the range of which `last` is the start.
bool Closes(const Element& last, const Element& next) {
  return last.kind == ElementKind::kStart && next.kind == ElementKind::kEnd && last.key < next.key;
}

}  // namespace

NotificationReader::NotificationReader(std::vector<TableId> tables, std::size_t max_changes)
    : tables_(std::move(tables)), max_changes_(max_changes) {}

void NotificationReader::Learn(const Snapshot& snapshot) {
  for (const TableSnapshot& table : snapshot.tables) {
    for (const SetSnapshot& set : table.sets) LearnShape({table.id, set.name}, set.shape);
  }
}

void NotificationReader::LearnShape(SetName name, const SetShape& shape) {
  if (shapes_.size() < kMaxSets || shapes_.contains(name)) shapes_.insert_or_assign(std::move(name), shape);
}

std::optional<CommittedBatch> NotificationReader::Take() {
  if (complete_.empty()) return std::nullopt;
  CommittedBatch batch = std::move(complete_.front());
  complete_.pop_front();
  return batch;
}

void NotificationReader::Restart() {
  begun_ = {};
  kept_ = 0;
  complete_.clear();
}

void NotificationReader::Add(std::span<const std::uint8_t> datagram) {
  while (const auto message = wire::NextMessage(datagram)) {
    if (message->type != NLMSG_NOOP && !AddMessage(*message)) begun_.whole = false;
  }
  if (!datagram.empty()) begun_.whole = false;
}

bool NotificationReader::AddMessage(const wire::Message& message) {
  if (message.type >> 8 != NFNL_SUBSYS_NFTABLES || message.payload.size() < wire::kNetfilterHeaderSize)
    return false;
  const AttributeTable attributes(message.payload.subspan(wire::kNetfilterHeaderSize));
  const unsigned number = message.type & 0xff;
  if (number == NFT_MSG_NEWGEN) return EndBatch(attributes, message.port);
  const auto name = attributes.String(kTableAttribute);
  if (!name) return false;
  const std::uint8_t protocol = message.payload[0];
  const auto table = std::ranges::find_if(tables_, [&](const TableId& id) {
    return wire::ProtocolOf(id.family) == protocol && id.name == *name;
  });
  port_ = message.port;
  return table == tables_.end() || AddChange(number, *table, attributes);
}

bool NotificationReader::EndBatch(const AttributeTable& attributes, std::uint32_t port) {
  const auto generation = attributes.U32(NFTA_GEN_ID);
  if (!generation) return false;
  begun_.generation = *generation;
  begun_.port = port;
  begun_.process = attributes.U32(NFTA_GEN_PROC_PID).value_or(0);
  begun_.process_name = attributes.String(NFTA_GEN_PROC_NAME).value_or("");
  complete_.push_back(std::exchange(begun_, {}));
  kept_ = 0;
  return true;
}

bool NotificationReader::AddChange(unsigned number, const TableId& table, const AttributeTable& attributes) {
  switch (number) {
    case NFT_MSG_NEWTABLE:
      return AddTable(true, table, attributes);
    case NFT_MSG_DELTABLE:
    case wire::kMessageDestroyTable:
      return AddTable(false, table, attributes);
    case NFT_MSG_NEWCHAIN:
      return AddChain(true, table, attributes);
    case NFT_MSG_DELCHAIN:
    case wire::kMessageDestroyChain:
      return AddChain(false, table, attributes);
    case NFT_MSG_NEWRULE:
      return AddRule(true, table, attributes);
    case NFT_MSG_DELRULE:
    case wire::kMessageDestroyRule:
      return AddRule(false, table, attributes);
    case NFT_MSG_NEWSET:
      return AddSet(true, table, attributes);
    case NFT_MSG_DELSET:
    case wire::kMessageDestroySet:
      return AddSet(false, table, attributes);
    case NFT_MSG_NEWSETELEM:
      return AddElementsOf(true, table, attributes);
    case NFT_MSG_DELSETELEM:
    case wire::kMessageDestroySetElem:
      return AddElementsOf(false, table, attributes);
    case NFT_MSG_NEWOBJ:
      return AddOther(true, "object", table, attributes);
    case NFT_MSG_DELOBJ:
    case wire::kMessageDestroyObj:
      return AddOther(false, "object", table, attributes);
    case NFT_MSG_NEWFLOWTABLE:
      return AddOther(true, "flowtable", table, attributes);
    case NFT_MSG_DELFLOWTABLE:
    case wire::kMessageDestroyFlowtable:
      return AddOther(false, "flowtable", table, attributes);
    default:
      return false;
  }
}

bool NotificationReader::AddTable(bool is_new, const TableId& table, const AttributeTable& attributes) {
  if (!is_new) {
    std::erase_if(shapes_, [&](const auto& known) { return known.first.first == table; });
    Put(DeleteTable{table});
  } else if ((attributes.U32(NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0) {
    PutOther(table, Line(true, "table", table, "{ flags dormant; }"));
  } else {
    Put(EnsureTable{table, wire::CommentOf(attributes, NFTA_TABLE_USERDATA)});
  }
  return true;
}

bool NotificationReader::AddChain(bool is_new, const TableId& table, const AttributeTable& attributes) {
  const auto name = attributes.String(NFTA_CHAIN_NAME);
  if (!name) return false;
  if (!is_new) {
    Put(DeleteChain{table, std::string(*name)});
  } else if (!attributes.Has(NFTA_CHAIN_HOOK)) {
    PutOther(table, Line(true, "chain", table, *name));
  } else {
    auto base = wire::ReadBaseChain(attributes);
    if (!base) return false;
    Put(EnsureChain{table, std::string(*name), *std::move(base)});
  }
  return true;
}

bool NotificationReader::AddRule(bool is_new, const TableId& table, const AttributeTable& attributes) {
  const auto chain = attributes.String(NFTA_RULE_CHAIN);
  if (!chain) return false;
  const auto handle = attributes.U64(NFTA_RULE_HANDLE);
  if (!is_new && !handle) return false;
  if (!HasRoom()) {  // Expressions are long: they are read only if they are kept.
    ++begun_.omitted;
    return true;
  }
  AppendRule rule{table, std::string(*chain),
                  wire::ReadExpressions(attributes.Find(NFTA_RULE_EXPRESSIONS).value_or(Bytes{})),
                  wire::CommentOf(attributes, NFTA_RULE_USERDATA)};
  if (is_new) {
    Put(std::move(rule));
    return true;
  }
  Put(DeleteRule{table, std::string(*chain), *handle});
  begun_.changes.back().deleted = std::move(rule);
  return true;
}

bool NotificationReader::AddSet(bool is_new, const TableId& table, const AttributeTable& attributes) {
  const auto name = attributes.String(NFTA_SET_NAME);
  if (!name) return false;
  SetName key(table, *name);
  if (is_new) {
    const auto shape = wire::ReadShape(attributes);
    if (!shape) return false;
    Put(EnsureSet{table, key.second, *shape});
    LearnShape(std::move(key), *shape);
    return true;
  }
  const auto known = shapes_.find(key);
  const bool is_map = known != shapes_.end()
                          ? known->second.is_map
                          : (attributes.U32(NFTA_SET_FLAGS).value_or(0) & NFT_SET_MAP) != 0;
  if (known != shapes_.end()) shapes_.erase(known);
  Put(DeleteSet{table, std::move(key.second), is_map});
  return true;
}

bool NotificationReader::AddElementsOf(bool is_new, const TableId& table, const AttributeTable& attributes) {
  const auto name = attributes.String(NFTA_SET_ELEM_LIST_SET);
  if (!name) return false;
  const std::string set(*name);
  Bytes list = attributes.Find(NFTA_SET_ELEM_LIST_ELEMENTS).value_or(Bytes{});
  const auto known = shapes_.find(SetName(table, set));
  const bool is_known = known != shapes_.end();
  const SetShape shape = is_known ? known->second : SetShape{};
  while (const auto item = wire::NextAttribute(list)) {
    auto element = wire::ReadElement(item->payload, !is_known || shape.interval);
    if (!element) {
      PutOther(table, Line(is_new, "element", table, set + " of a kind that natplan does not know"));
      continue;
    }
    if (!is_known && element->kind == ElementKind::kStart) element->kind = ElementKind::kSingle;
    if (is_new) {
      PutElement(AddElements{table, set, shape, false, {}}, *std::move(element));
    } else {
      PutElement(DeleteElements{table, set, shape, {}}, *std::move(element));
    }
  }
  return list.empty();
}

bool NotificationReader::AddOther(bool is_new, std::string_view noun, const TableId& table,
                                  const AttributeTable& attributes) {
  static_assert(std::uint16_t{NFTA_OBJ_NAME} == std::uint16_t{NFTA_FLOWTABLE_NAME});
  const auto name = attributes.String(NFTA_OBJ_NAME);
  if (!name) return false;
  PutOther(table, Line(is_new, noun, table, *name));
  return true;
}

bool NotificationReader::HasRoom() { return kept_ < max_changes_; }

void NotificationReader::Put(Operation operation) {
  if (!HasRoom()) {
    ++begun_.omitted;
    return;
  }
  ++kept_;
  const TableId table = TableOf(operation);
  begun_.changes.push_back({.table = table, .port = port_, .operation = std::move(operation)});
}

void NotificationReader::PutOther(const TableId& table, std::string text) {
  if (!HasRoom()) {
    ++begun_.omitted;
    return;
  }
  ++kept_;
  begun_.changes.push_back({.table = table, .port = port_, .other = std::move(text)});
}

// `empty`: the operation without an element, to which one is added, or to the last change if it is one of the
// same kind.
template <typename Elements>
void NotificationReader::PutElement(Elements empty, Element element) {
  Elements* last = nullptr;
  if (!begun_.changes.empty() && begun_.changes.back().port == port_ && begun_.changes.back().operation)
    last = std::get_if<Elements>(&*begun_.changes.back().operation);
  if (last != nullptr && (last->table != empty.table || last->set != empty.set)) last = nullptr;
  if (last != nullptr && begun_.omitted == 0 && Closes(last->elements.back(), element)) {
    last->elements.back().kind = ElementKind::kRange;
    last->elements.back().end = element.key;
    return;
  }
  if (last == nullptr) {
    empty.elements.push_back(std::move(element));
    return Put(std::move(empty));
  }
  if (!HasRoom()) {
    ++begun_.omitted;
    return;
  }
  ++kept_;
  last->elements.push_back(std::move(element));
}

}  // namespace natplan
