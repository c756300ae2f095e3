#include "kernel_sim/nf_tables.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

// The first active object of a container of pointers that `matches`.
template <typename Container, typename Predicate>
auto FindActive(const Container& container, Predicate matches) -> decltype(container.front().get()) {
  const auto found =
      std::ranges::find_if(container, [&](const auto& object) { return object->active && matches(*object); });
  return found == container.end() ? nullptr : found->get();
}

// Moves `object` from its container to the end of `grave`.
template <typename T>
void Move(std::vector<std::unique_ptr<T>>& from, const T& object, std::vector<std::unique_ptr<T>>& grave) {
  const auto place = std::ranges::find(from, &object, [](const auto& pointer) { return pointer.get(); });
  if (place == from.end()) return;
  grave.push_back(std::move(*place));
  from.erase(place);
}

}  // namespace

Table* FindTable(const NfTables& state, std::uint8_t family, std::string_view name) {
  return FindActive(state.tables,
                    [&](const Table& table) { return table.family == family && table.name == name; });
}

Table* FindTableByHandle(const NfTables& state, std::uint8_t family, std::uint64_t handle) {
  return FindActive(state.tables,
                    [&](const Table& table) { return table.family == family && table.handle == handle; });
}

Chain* FindChain(const Table& table, std::string_view name) {
  return FindActive(table.chains, [&](const Chain& chain) { return chain.name == name; });
}

Chain* FindChainByHandle(const Table& table, std::uint64_t handle) {
  return FindActive(table.chains, [&](const Chain& chain) { return chain.handle == handle; });
}

Set* FindSet(const Table& table, std::string_view name) {
  return FindActive(table.sets, [&](const Set& set) { return set.name == name; });
}

Set* FindSetByHandle(const Table& table, std::uint64_t handle) {
  return FindActive(table.sets, [&](const Set& set) { return set.handle == handle; });
}

Rule* FindRule(const Chain& chain, std::uint64_t handle) {
  return FindActive(chain.rules, [&](const Rule& rule) { return rule.handle == handle; });
}

Chain* FindChainById(const NfTables& state, const Table& table, std::uint32_t id) {
  for (const Transaction& entry : state.log) {
    if (entry.change == Change::kNewChain && entry.table == &table && entry.id == id && entry.chain->active) {
      return entry.chain;
    }
  }
  return nullptr;
}

Set* FindSetById(const NfTables& state, const Table& table, std::uint32_t id) {
  // Kernel: net/netfilter/nf_tables_api.c nft_set_lookup_byid() (6.18): the newest one first.
  for (auto entry = state.log.rbegin(); entry != state.log.rend(); ++entry) {
    const bool made = entry->change == Change::kNewSet;
    if (made && entry->table == &table && entry->id == id && entry->set->active) return entry->set;
  }
  return nullptr;
}

Rule* FindRuleById(const NfTables& state, const Chain& chain, std::uint32_t id) {
  for (const Transaction& entry : state.log) {
    const bool made = entry.change == Change::kNewRule;
    if (made && entry.rule->chain == &chain && entry.id == id && entry.rule->active) return entry.rule;
  }
  return nullptr;
}

Set* FindSetByNameOrId(const NfTables& state, const Table& table, const Attribute& name,
                       const Attribute& id) {
  Set* set = name ? FindSet(table, ReadString(name)) : nullptr;
  if (set == nullptr && id) set = FindSetById(state, table, ReadU32(id));
  return set;
}

std::expected<Table*, int> LookUpTable(const NfTables& state, const Request& request, std::size_t number) {
  const Attribute& name = request[number];
  if (!name) return std::unexpected(EINVAL);
  Table* table = FindTable(state, request.family, ReadString(name));
  if (table == nullptr) {
    request.extack->Blame(name);
    return std::unexpected(ENOENT);
  }
  if ((table->flags & NFT_TABLE_F_OWNER) != 0 && table->owner != request.sender->port) {
    request.extack->Blame(name);
    return std::unexpected(EPERM);
  }
  return table;
}

void Bury(NfTables& state, Table& table) { Move(state.tables, table, state.graveyard.tables); }
void Bury(NfTables& state, Chain& chain) { Move(chain.table->chains, chain, state.graveyard.chains); }
void Bury(NfTables& state, Set& set) { Move(set.table->sets, set, state.graveyard.sets); }

void Bury(NfTables& state, Rule& rule) {
  auto& rules = rule.chain->rules;
  const auto place = rule.place;
  state.graveyard.rules.push_back(std::move(*place));
  rules.erase(place);
}

}  // namespace natplan::kernel_sim
