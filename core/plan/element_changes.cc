#include "core/plan/element_changes.h"

#include <algorithm>

namespace natplan {

bool Held::Holds(const HostPort& key, const Endpoint& to) const {
  const auto found = forwards.find(key);
  return found != forwards.end() && found->second.contains(to);
}

std::vector<Operation> ToOperations(const TableId& table, const ElementChanges& changes,
                                    bool exclusive_adds) {
  std::vector<Operation> out;
  const SetShape& ranges = MasqueradeShape(table.family);
  const SetShape& entries = ForwardShape(table.family);
  if (changes.flush_ranges) out.push_back(FlushSet{table, kMasqueradeSet, false});
  if (changes.flush_entries) out.push_back(FlushSet{table, kForwardMap, true});
  if (!changes.range_deletes.empty()) {
    out.push_back(DeleteElements{table, kMasqueradeSet, ranges, changes.range_deletes});
  }
  if (!changes.entry_deletes.empty())
    out.push_back(DeleteElements{table, kForwardMap, entries, changes.entry_deletes});
  if (!changes.range_adds.empty()) {
    AddElements add{table, kMasqueradeSet, ranges, exclusive_adds, {}};
    add.elements.reserve(changes.range_adds.size());
    for (const Prefix& prefix : changes.range_adds) add.elements.push_back(ToElement(prefix));
    out.push_back(std::move(add));
  }
  if (!changes.entry_adds.empty()) {
    AddElements add{table, kForwardMap, entries, exclusive_adds, {}};
    add.elements.reserve(changes.entry_adds.size());
    for (const MapEntry& entry : changes.entry_adds)
      add.elements.push_back(ToElement(entry.host_port, entry.to));
    out.push_back(std::move(add));
  }
  return out;
}

HeldMark MarkHeld(const ElementChanges& changes, Held& held) {
  HeldMark mark;
  mark.prefixes.reserve(changes.range_adds.size() + changes.adopted_prefixes.size());
  mark.entries.reserve(changes.entry_adds.size() + changes.adopted_entries.size());
  try {
    for (const auto* prefixes : {&changes.range_adds, &changes.adopted_prefixes}) {
      for (const Prefix& prefix : *prefixes) {
        if (held.prefixes.insert(prefix).second) mark.prefixes.push_back(prefix);
      }
    }
    for (const auto* entries : {&changes.entry_adds, &changes.adopted_entries}) {
      for (const MapEntry& entry : *entries) {
        if (held.forwards[entry.host_port].insert(entry.to).second) mark.entries.push_back(entry);
      }
    }
  } catch (...) {
    Unmark(mark, held);
    throw;
  }
  return mark;
}

namespace {

void Erase(const std::vector<Prefix>& prefixes, const std::vector<MapEntry>& entries, Held& held) noexcept {
  for (const Prefix& prefix : prefixes) held.prefixes.erase(prefix);
  for (const MapEntry& entry : entries) {
    const auto found = held.forwards.find(entry.host_port);
    if (found == held.forwards.end()) continue;
    found->second.erase(entry.to);
    if (found->second.empty()) held.forwards.erase(found);
  }
}

}  // namespace

void Unmark(const HeldMark& mark, Held& held) noexcept { Erase(mark.prefixes, mark.entries, held); }

void Release(const ElementChanges& changes, Held& held) noexcept {
  Erase(changes.released_prefixes, changes.released_entries, held);
}

void ApplyTo(FamilyView& view, const ElementChanges& changes, Family family) {
  if (changes.flush_ranges) {
    view.ranges.clear();
    view.broken.clear();
    view.unknown_ranges = false;
  }
  if (changes.flush_entries) {
    view.forwards.clear();
    view.other_entries.clear();
    view.unknown_entries = false;
  }
  for (const Element& element : changes.range_deletes) {
    if (element.kind != ElementKind::kRange) {
      std::erase_if(view.broken, [&](const BrokenRange& broken) {
        return std::ranges::find(broken.nodes, element) != broken.nodes.end();
      });
      continue;
    }
    view.ranges.erase(ToAddress(family, element.key));
  }
  for (const Element& element : changes.entry_deletes) {
    if (const auto entry = ToMapEntry(family, element)) {
      view.forwards.erase(entry->host_port);
    } else {
      std::erase(view.other_entries, element);
    }
  }
  for (const Prefix& prefix : changes.range_adds)
    view.ranges.insert_or_assign(prefix.network(), prefix.end());
  for (const MapEntry& entry : changes.entry_adds) view.forwards.insert_or_assign(entry.host_port, entry.to);
}

}  // namespace natplan
