#include "core/plan/fake_kernel.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace natplan {
namespace {

// What is wrong with one operation; 0: nothing.
struct Fault {
  int errno_value = 0;
  std::optional<std::size_t> element = {};
  std::string missing_name = {};
};

bool Before(const Element& a, const Element& b) {
  return a.key != b.key ? a.key < b.key : a.kind == ElementKind::kEnd && b.kind != ElementKind::kEnd;
}

bool Erase(std::vector<Element>& nodes, ElementKind kind, const ElementKey& key) {
  return std::erase_if(nodes, [&](const Element& node) { return node.kind == kind && node.key == key; }) > 0;
}

int AddRange(std::vector<Element>& nodes, const Element& range, bool exclusive) {
  std::ranges::sort(nodes, Before);
  const auto has = [&](ElementKind kind, const ElementKey& key) {
    return std::ranges::any_of(nodes,
                               [&](const Element& node) { return node.kind == kind && node.key == key; });
  };
  const bool same =
      has(ElementKind::kStart, range.key) && (range.end.empty() || has(ElementKind::kEnd, range.end));
  bool inside = false;
  const Element* below = nullptr;
  for (const Element& node : nodes) {
    if (node.key <= range.key) below = &node;
    inside = inside || (node.key > range.key && (range.end.empty() || node.key < range.end));
  }
  if (same && !inside) return exclusive ? EEXIST : 0;
  if (inside || (below != nullptr && below->kind == ElementKind::kStart) || has(ElementKind::kEnd, range.end))
    return EEXIST;
  nodes.push_back({.kind = ElementKind::kStart, .key = range.key});
  if (!range.end.empty()) nodes.push_back({.kind = ElementKind::kEnd, .key = range.end});
  return 0;
}

int AddEntry(std::vector<Element>& entries, const Element& entry, bool exclusive) {
  const auto found = std::ranges::find(entries, entry.key, &Element::key);
  if (found == entries.end()) {
    entries.push_back(entry);
    return 0;
  }
  // The kernel does not look at the comment, and keeps the one that is there.
  return !exclusive && found->data == entry.data ? 0 : EEXIST;
}

bool RemoveElement(std::vector<Element>& elements, const Element& element) {
  if (element.kind != ElementKind::kRange) return Erase(elements, element.kind, element.key);
  return Erase(elements, ElementKind::kStart, element.key) &&
         (element.end.empty() || Erase(elements, ElementKind::kEnd, element.end));
}

bool Refers(const TableSnapshot& table, const std::string& set) {
  for (const ChainSnapshot& chain : table.chains) {
    for (const RuleSnapshot& rule : chain.rules) {
      for (const Expression& expression : rule.expressions) {
        const auto* lookup = std::get_if<LookupExpression>(&expression);
        if (lookup != nullptr && lookup->set == set) return true;
      }
    }
  }
  return false;
}

struct Apply {
  Snapshot& state;
  const std::set<Family>& unsupported;
  std::uint64_t& last_handle;

  TableSnapshot* Table(const TableId& id) const {
    const auto found = std::ranges::find(state.tables, id, &TableSnapshot::id);
    return found == state.tables.end() ? nullptr : &*found;
  }

  Fault operator()(const EnsureTable& op) const {
    if (unsupported.contains(op.table.family)) return {EOPNOTSUPP};
    if (TableSnapshot* table = Table(op.table)) {
      table->dormant = false;
    } else {
      state.tables.push_back({.id = op.table, .comment = op.comment});
    }
    return {};
  }
  Fault operator()(const DeleteTable& op) const {
    const auto erased =
        std::erase_if(state.tables, [&](const TableSnapshot& table) { return table.id == op.table; });
    return {erased > 0 ? 0 : ENOENT};
  }
  Fault operator()(const EnsureChain& op) const {
    TableSnapshot* table = Table(op.table);
    if (table == nullptr) return {ENOENT};
    if (ChainSnapshot* chain = FindChain(*table, op.chain)) {
      BaseChain same = chain->base.value_or(BaseChain{});
      same.policy = op.base.policy;
      if (!chain->base || same != op.base) return {EEXIST};
      chain->base = op.base;
      return {};
    }
    table->chains.push_back({.name = op.chain, .base = op.base});
    return {};
  }
  Fault operator()(const DeleteChain& op) const {
    TableSnapshot* table = Table(op.table);
    if (table == nullptr || FindChain(*table, op.chain) == nullptr) return {ENOENT};
    std::erase_if(table->chains, [&](const ChainSnapshot& chain) { return chain.name == op.chain; });
    return {};
  }
  Fault operator()(const FlushChain& op) const {
    TableSnapshot* table = Table(op.table);
    ChainSnapshot* chain = table == nullptr ? nullptr : FindChain(*table, op.chain);
    if (chain == nullptr) return {ENOENT};
    chain->rules.clear();
    return {};
  }
  Fault operator()(const EnsureSet& op) const {
    TableSnapshot* table = Table(op.table);
    if (table == nullptr) return {ENOENT};
    if (const SetSnapshot* set = FindSet(*table, op.set)) return {set->shape == op.shape ? 0 : EEXIST};
    table->sets.push_back({.name = op.set, .shape = op.shape});
    return {};
  }
  Fault operator()(const DeleteSet& op) const {
    TableSnapshot* table = Table(op.table);
    if (table == nullptr || FindSet(*table, op.set) == nullptr) return {ENOENT};
    if (Refers(*table, op.set)) return {EBUSY};
    std::erase_if(table->sets, [&](const SetSnapshot& set) { return set.name == op.set; });
    return {};
  }
  Fault operator()(const FlushSet& op) const {
    TableSnapshot* table = Table(op.table);
    SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, op.set);
    if (set == nullptr) return {ENOENT};
    set->elements.clear();
    set->other_elements = false;
    return {};
  }
  Fault operator()(const AppendRule& op) const {
    TableSnapshot* table = Table(op.table);
    ChainSnapshot* chain = table == nullptr ? nullptr : FindChain(*table, op.chain);
    if (chain == nullptr) return {ENOENT};
    for (const Expression& expression : op.expressions) {
      const auto* lookup = std::get_if<LookupExpression>(&expression);
      if (lookup != nullptr && FindSet(*table, lookup->set) == nullptr) return {ENOENT, {}, "lookup"};
    }
    chain->rules.push_back({.handle = ++last_handle, .expressions = op.expressions, .comment = op.comment});
    return {};
  }
  Fault operator()(const DeleteRule& op) const {
    TableSnapshot* table = Table(op.table);
    ChainSnapshot* chain = table == nullptr ? nullptr : FindChain(*table, op.chain);
    if (chain == nullptr) return {ENOENT};
    const auto erased =
        std::erase_if(chain->rules, [&](const RuleSnapshot& rule) { return rule.handle == op.handle; });
    return {erased > 0 ? 0 : ENOENT};
  }
  Fault operator()(const AddElements& op) const {
    TableSnapshot* table = Table(op.table);
    SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, op.set);
    if (set == nullptr) return {ENOENT};
    for (std::size_t i = 0; i < op.elements.size(); ++i) {
      const int errno_value = set->shape.interval ? AddRange(set->elements, op.elements[i], op.exclusive)
                                                  : AddEntry(set->elements, op.elements[i], op.exclusive);
      if (errno_value != 0) return {errno_value, i};
    }
    return {};
  }
  Fault operator()(const DeleteElements& op) const {
    TableSnapshot* table = Table(op.table);
    SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, op.set);
    if (set == nullptr) return {ENOENT};
    for (std::size_t i = 0; i < op.elements.size(); ++i) {
      if (!RemoveElement(set->elements, op.elements[i])) return {ENOENT, i};
    }
    return {};
  }
};

}  // namespace

SetSnapshot* FindSet(TableSnapshot& table, const std::string& name) {
  const auto found = std::ranges::find(table.sets, name, &SetSnapshot::name);
  return found == table.sets.end() ? nullptr : &*found;
}

ChainSnapshot* FindChain(TableSnapshot& table, const std::string& name) {
  const auto found = std::ranges::find(table.chains, name, &ChainSnapshot::name);
  return found == table.chains.end() ? nullptr : &*found;
}

namespace {

// Of an interval set the start below the key, and the end behind it if that comes next.
void KeepKeys(const ReadRequest& request, const TableId& table, SetSnapshot& set) {
  std::vector<Element> nodes = std::move(set.elements);
  set.elements.clear();
  std::ranges::sort(nodes, Before);
  for (const KeyRequest& wanted : request.keys) {
    if (wanted.table != table || wanted.set != set.name) continue;
    const auto above =
        std::ranges::find_if(nodes, [&](const Element& node) { return node.key > wanted.key; });
    if (above == nodes.begin()) continue;
    const Element& found = *std::prev(above);
    if (found.kind == ElementKind::kEnd || (!set.shape.interval && found.key != wanted.key)) continue;
    set.elements.push_back(found);
    if (above != nodes.end() && above->kind == ElementKind::kEnd) set.elements.push_back(*above);
  }
}

}  // namespace

Snapshot FakeKernel::Read(const ReadRequest& request) const {
  Snapshot out{.generation = state_.generation};
  for (const TableId& id : request.tables) {
    const TableSnapshot* table = state_.Find(id);
    if (table == nullptr) continue;
    out.tables.push_back(*table);
    if (request.keys.empty()) continue;
    for (SetSnapshot& set : out.tables.back().sets) {
      if (std::ranges::find(request.sets, set.name) == request.sets.end()) KeepKeys(request, id, set);
    }
  }
  return out;
}

Outcome FakeKernel::Commit(const Transaction& transaction) {
  if (transaction.required_generation.value_or(state_.generation) != state_.generation) {
    return Refused{{{.errno_value = ERESTART}}};
  }
  Snapshot next = state_;
  Refused refused;
  for (std::size_t i = 0; i < transaction.operations.size(); ++i) {
    const Fault fault = std::visit(Apply{next, unsupported, last_handle_}, transaction.operations[i]);
    if (fault.errno_value == 0) continue;
    refused.refusals.push_back({i, fault.element, fault.errno_value, fault.missing_name, {}});
  }
  if (!refused.refusals.empty()) return refused;
  if (transaction.check_only) return Committed{};
  state_ = std::move(next);
  ++state_.generation;
  history_.push_back({state_.generation, transaction.operations});
  return Committed{};
}

Drained FakeKernel::Drain(const std::vector<TableId>& tables, std::uint32_t since) const {
  Drained out{.complete = true, .generation = state_.generation};
  std::vector<Change> changes;
  for (const Batch& batch : history_) {
    if (batch.generation <= since) continue;
    if (!batch.operations) return out;
    for (const Operation& operation : *batch.operations) {
      const TableId table = TableOf(operation);
      if (std::ranges::find(tables, table) != tables.end())
        changes.push_back({.table = table, .operation = operation});
    }
  }
  out.changes = std::move(changes);
  return out;
}

bool FakeKernel::Foreign(std::vector<Operation> operations) {
  return std::holds_alternative<Committed>(Commit({.operations = std::move(operations)}));
}

void FakeKernel::FlushRuleset() { Edit().tables.clear(); }

Snapshot& FakeKernel::Edit() {
  ++state_.generation;
  history_.push_back({.generation = state_.generation});
  return state_;
}

TableSnapshot* FakeKernel::Find(Family family, const std::string& table) {
  const auto found = std::ranges::find(state_.tables, TableId{family, table}, &TableSnapshot::id);
  return found == state_.tables.end() ? nullptr : &*found;
}

}  // namespace natplan
