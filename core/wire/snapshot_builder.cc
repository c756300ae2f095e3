#include "core/wire/snapshot_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/wire/numbers.h"
#include "core/wire/read_expression.h"
#include "core/wire/read_object.h"
#include "core/wire/userdata.h"

namespace natplan::wire {
namespace {

// The place in the request of the table with this family and name; none if it was not asked for.
std::optional<std::size_t> PlaceOf(const ReadRequest& request, std::uint8_t protocol, std::string_view name) {
  for (std::size_t i = 0; i < request.tables.size(); ++i) {
    const TableId& id = request.tables[i];
    if (ProtocolOf(id.family) == protocol && id.name == name) return i;
  }
  return std::nullopt;
}

// One message, with the table of the snapshot that it belongs to.
struct Part {
  const ReadRequest& request;
  std::uint8_t protocol;
  AttributeTable attributes;
  Snapshot& snapshot;

  TableSnapshot* Table(std::uint16_t name_attribute) const {
    const std::string_view name = attributes.String(name_attribute).value_or("");
    for (TableSnapshot& table : snapshot.tables) {
      if (ProtocolOf(table.id.family) == protocol && table.id.name == name) return &table;
    }
    return nullptr;
  }
};

template <typename Named>
Named* FindByName(std::vector<Named>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool AddTable(const Part& part) {
  const AttributeTable& attributes = part.attributes;
  const auto name = attributes.String(NFTA_TABLE_NAME);
  if (!name) return false;
  const auto place = PlaceOf(part.request, part.protocol, *name);
  if (!place || part.Table(NFTA_TABLE_NAME) != nullptr) return true;
  TableSnapshot table = {.id = part.request.tables[*place]};
  table.handle = attributes.U64(NFTA_TABLE_HANDLE).value_or(0);
  table.dormant = (attributes.U32(NFTA_TABLE_FLAGS).value_or(0) & NFT_TABLE_F_DORMANT) != 0;
  table.comment = CommentOf(attributes, NFTA_TABLE_USERDATA);
  table.owner_port = attributes.U32(NFTA_TABLE_OWNER);
  const auto behind =
      std::find_if(part.snapshot.tables.begin(), part.snapshot.tables.end(), [&](const TableSnapshot& other) {
        return PlaceOf(part.request, ProtocolOf(other.id.family), other.id.name) > place;
      });
  part.snapshot.tables.insert(behind, std::move(table));
  return true;
}

bool AddChain(const Part& part) {
  const AttributeTable& attributes = part.attributes;
  const auto name = attributes.String(NFTA_CHAIN_NAME);
  if (!name) return false;
  TableSnapshot* const table = part.Table(NFTA_CHAIN_TABLE);
  if (table == nullptr) return true;
  ChainSnapshot chain = {.name = std::string(*name), .handle = attributes.U64(NFTA_CHAIN_HANDLE).value_or(0)};
  if (attributes.Has(NFTA_CHAIN_HOOK)) {
    chain.base = ReadBaseChain(attributes);
    if (!chain.base) return false;
  }
  table->chains.push_back(std::move(chain));
  return true;
}

bool AddRule(const Part& part) {
  const auto name = part.attributes.String(NFTA_RULE_CHAIN);
  if (!name) return false;
  TableSnapshot* const table = part.Table(NFTA_RULE_TABLE);
  if (table == nullptr) return true;
  ChainSnapshot* const chain = FindByName(table->chains, *name);
  // A rule in a chain that the dump of chains did not have: the ruleset changed in between.
  if (chain == nullptr) return false;
  chain->rules.push_back(
      {.handle = part.attributes.U64(NFTA_RULE_HANDLE).value_or(0),
       .expressions = ReadExpressions(part.attributes.Find(NFTA_RULE_EXPRESSIONS).value_or(Bytes{})),
       .comment = CommentOf(part.attributes, NFTA_RULE_USERDATA)});
  return true;
}

bool AddSet(const Part& part) {
  const AttributeTable& attributes = part.attributes;
  const auto name = attributes.String(NFTA_SET_NAME);
  const auto shape = ReadShape(attributes);
  if (!name || !shape) return false;
  TableSnapshot* const table = part.Table(NFTA_SET_TABLE);
  if (table == nullptr) return true;
  table->sets.push_back(
      {.name = std::string(*name), .handle = attributes.U64(NFTA_SET_HANDLE).value_or(0), .shape = *shape});
  return true;
}

bool AddElementsOf(const Part& part) {
  const auto name = part.attributes.String(NFTA_SET_ELEM_LIST_SET);
  if (!name) return false;
  TableSnapshot* const table = part.Table(NFTA_SET_ELEM_LIST_TABLE);
  const auto& [tables, sets, keys] = part.request;
  const bool wanted =
      std::find(sets.begin(), sets.end(), *name) != sets.end() ||
      std::any_of(keys.begin(), keys.end(), [&](const KeyRequest& key) { return key.set == *name; });
  if (table == nullptr || !wanted) return true;
  SetSnapshot* const set = FindByName(table->sets, *name);
  // Elements of a set that the dump of sets did not have: the ruleset changed in between.
  if (set == nullptr) return false;
  Bytes list = part.attributes.Find(NFTA_SET_ELEM_LIST_ELEMENTS).value_or(Bytes{});
  while (const auto item = NextAttribute(list)) {
    if (auto element = ReadElement(item->payload, set->shape.interval)) {
      set->elements.push_back(*std::move(element));
    } else {
      set->other_elements = true;
    }
  }
  return list.empty();
}

// Objects and flowtables.
bool AddOther(const Part& part, std::uint16_t table_attribute, std::uint16_t name_attribute) {
  const auto name = part.attributes.String(name_attribute);
  if (!name) return false;
  if (TableSnapshot* const table = part.Table(table_attribute)) table->others.emplace_back(*name);
  return true;
}

bool SetGeneration(const Part& part) {
  const auto generation = part.attributes.U32(NFTA_GEN_ID);
  if (!generation) return false;
  part.snapshot.generation = *generation;
  return true;
}

}  // namespace

bool AddToSnapshot(const ReadRequest& request, const Message& message, Snapshot& snapshot) {
  if (message.type >> 8 != NFNL_SUBSYS_NFTABLES) return true;
  if (message.payload.size() < kNetfilterHeaderSize) return false;
  const Part part = {.request = request,
                     .protocol = message.payload[0],
                     .attributes = AttributeTable(message.payload.subspan(kNetfilterHeaderSize)),
                     .snapshot = snapshot};
  switch (message.type & 0xff) {
    case NFT_MSG_NEWTABLE:
      return AddTable(part);
    case NFT_MSG_NEWCHAIN:
      return AddChain(part);
    case NFT_MSG_NEWRULE:
      return AddRule(part);
    case NFT_MSG_NEWSET:
      return AddSet(part);
    case NFT_MSG_NEWSETELEM:
      return AddElementsOf(part);
    case NFT_MSG_NEWOBJ:
      return AddOther(part, NFTA_OBJ_TABLE, NFTA_OBJ_NAME);
    case NFT_MSG_NEWFLOWTABLE:
      return AddOther(part, NFTA_FLOWTABLE_TABLE, NFTA_FLOWTABLE_NAME);
    case NFT_MSG_NEWGEN:
      return SetGeneration(part);
    default:
      return true;
  }
}

}  // namespace natplan::wire
