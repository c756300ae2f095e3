#include "core/plan/step_result.h"

#include <algorithm>
#include <string>
#include <variant>

namespace natplan {
namespace {

ChainSnapshot* FindChain(TableSnapshot& table, const std::string& name) {
  const auto found = std::ranges::find(table.chains, name, &ChainSnapshot::name);
  return found == table.chains.end() ? nullptr : &*found;
}

struct Step {
  TableSnapshot& table;

  void operator()(const FlushChain& op) const {
    if (ChainSnapshot* chain = FindChain(table, op.chain)) chain->rules.clear();
  }
  void operator()(const DeleteChain& op) const {
    std::erase_if(table.chains, [&](const ChainSnapshot& chain) { return chain.name == op.chain; });
  }
  void operator()(const EnsureChain& op) const {
    if (ChainSnapshot* chain = FindChain(table, op.chain)) {
      chain->base = op.base;
    } else {
      table.chains.push_back({.name = op.chain, .base = op.base});
    }
  }
  void operator()(const DeleteSet& op) const {
    std::erase_if(table.sets, [&](const SetSnapshot& set) { return set.name == op.set; });
  }
  // No first step has any other that a second one would see.
  void operator()(const auto&) const {}
};

}  // namespace

Snapshot After(const Transaction& step, Snapshot snapshot) {
  for (const Operation& operation : step.operations) {
    const auto table = std::ranges::find(snapshot.tables, TableOf(operation), &TableSnapshot::id);
    if (table != snapshot.tables.end()) std::visit(Step{*table}, operation);
  }
  return snapshot;
}

bool IsLeftDormant(const Transaction& step, const Snapshot& snapshot, const TableId& id) {
  const TableSnapshot* table = snapshot.Find(id);
  if (table == nullptr || !table->dormant) return false;
  return std::ranges::none_of(step.operations, [&](const Operation& operation) {
    const auto* wakes = std::get_if<EnsureTable>(&operation);
    return wakes != nullptr && wakes->table == id;
  });
}

}  // namespace natplan
