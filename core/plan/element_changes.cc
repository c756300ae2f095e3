#include "core/plan/element_changes.h"

#include <algorithm>
#include <utility>

#include "core/plan/extra_rules.h"

namespace natplan {

namespace {

void AppendAdds(const TableId& table, const char* set, const SetShape& shape, bool exclusive,
                std::vector<Element>&& elements, std::vector<Operation>& out) {
  if (!elements.empty()) out.push_back(AddElements{table, set, shape, exclusive, std::move(elements)});
}

void AppendDeletes(const TableId& table, const char* set, const SetShape& shape,
                   const std::vector<Element>& elements, std::vector<Operation>& out) {
  if (!elements.empty()) out.push_back(DeleteElements{table, set, shape, elements});
}

template <typename Value>
std::vector<Element> ToElements(const std::vector<Value>& values) {
  std::vector<Element> out;
  out.reserve(values.size());
  for (const Value& value : values) out.push_back(ToElement(value));
  return out;
}

std::vector<Element> ToElements(const std::vector<OwnedEntry>& entries) {
  std::vector<Element> out;
  out.reserve(entries.size());
  for (const OwnedEntry& entry : entries) out.push_back(ToElement(entry.entry, entry.owner));
  return out;
}

}  // namespace

std::vector<Operation> ToOperations(const TableId& table, const ElementChanges& changes,
                                    bool exclusive_adds) {
  std::vector<Operation> out;
  const SetShape& ranges = MasqueradeShape(table.family);
  const SetShape& entries = ForwardShape(table.family);
  const SetShape& owners = OwnersShape(table.family);
  if (changes.flush_ranges) out.push_back(FlushSet{table, kMasqueradeSet, false});
  if (changes.forwards.flush) out.push_back(FlushSet{table, kForwardMap, true});
  if (changes.localhost.flush) out.push_back(FlushSet{table, kLocalhostMap, true});
  if (changes.flush_ledger) out.push_back(FlushSet{table, kOwnersSet, false});
  AppendDeletes(table, kMasqueradeSet, ranges, changes.range_deletes, out);
  AppendDeletes(table, kForwardMap, entries, changes.forwards.deletes, out);
  AppendDeletes(table, kLocalhostMap, entries, changes.localhost.deletes, out);
  AppendDeletes(table, kOwnersSet, owners, changes.ledger_deletes, out);
  AppendAdds(table, kMasqueradeSet, ranges, exclusive_adds, ToElements(changes.range_adds), out);
  AppendAdds(table, kForwardMap, entries, exclusive_adds, ToElements(changes.forwards.adds), out);
  AppendAdds(table, kLocalhostMap, entries, exclusive_adds, ToElements(changes.localhost.adds), out);
  AppendAdds(table, kOwnersSet, owners, exclusive_adds, ToElements(changes.ledger_adds), out);
  return out;
}

namespace {

std::vector<Element> ToElements(const MapView& map) {
  std::vector<Element> out = map.others;
  for (const auto& [host_port, held] : map.entries) out.push_back(ToElement(EntryOf(host_port, held)));
  return out;
}

}  // namespace

std::vector<Operation> ContentOf(const TableId& table, const FamilyView& view) {
  std::vector<Operation> out;
  std::vector<Element> ranges;
  for (const AddressRange& range : view.ranges) ranges.push_back(ToElement(range));
  std::vector<Element> owners;
  for (const LedgerEntry& entry : view.entries)
    owners.push_back(ToElement(entry, view.names.at(entry.owner)));
  const SetShape& map = ForwardShape(table.family);
  AppendAdds(table, kMasqueradeSet, MasqueradeShape(table.family), true, std::move(ranges), out);
  AppendAdds(table, kForwardMap, map, true, ToElements(view.forwards), out);
  AppendAdds(table, kLocalhostMap, map, true, ToElements(view.localhost), out);
  AppendAdds(table, kOwnersSet, OwnersShape(table.family), true, std::move(owners), out);
  return out;
}

HeldMark MarkHeld(const ElementChanges& changes, Held& held) {
  HeldMark mark;
  mark.prefixes.reserve(changes.held_prefixes.size());
  mark.entries.reserve(changes.forwards.adds.size() + changes.adopted_entries.size());
  try {
    for (const Prefix& prefix : changes.held_prefixes) {
      if (held.prefixes.insert(prefix).second) mark.prefixes.push_back(prefix);
    }
    const auto hold = [&](const HeldForward& forward) {
      if (held.forwards.insert(forward).second) mark.entries.push_back(forward);
    };
    for (const MapEntry& entry : changes.forwards.adds) hold({entry.host_port, entry.to});
    for (const HeldForward& forward : changes.adopted_entries) hold(forward);
  } catch (...) {
    Unmark(mark, held);
    throw;
  }
  return mark;
}

namespace {

void Erase(const std::vector<Prefix>& prefixes, const std::vector<HeldForward>& entries,
           Held& held) noexcept {
  for (const Prefix& prefix : prefixes) held.prefixes.erase(prefix);
  for (const HeldForward& forward : entries) held.forwards.erase(forward);
}

}  // namespace

void Unmark(const HeldMark& mark, Held& held) noexcept { Erase(mark.prefixes, mark.entries, held); }

void Release(const ElementChanges& changes, Held& held) noexcept {
  Erase(changes.released_prefixes, changes.released_entries, held);
}

namespace {

void ApplyTo(MapView& view, const MapChanges& changes, Family family) {
  if (changes.flush) view = {};
  for (const Element& element : changes.deletes) {
    if (const auto entry = ToMapEntry(family, element)) {
      view.entries.erase(entry->host_port);
    } else {
      std::erase(view.others, element);
    }
  }
  for (const MapEntry& entry : changes.adds)
    view.entries.insert_or_assign(entry.host_port, HeldTarget{entry.to, entry.owner});
}

}  // namespace

void ApplyTo(FamilyView& view, const ElementChanges& changes, Family family) {
  if (changes.flush_ranges) {
    view.ranges.clear();
    view.broken.clear();
    view.unknown_ranges = false;
  }
  for (const Element& element : changes.range_deletes) {
    if (element.kind != ElementKind::kRange) {
      std::erase_if(view.broken, [&](const BrokenRange& broken) {
        return std::ranges::find(broken.nodes, element) != broken.nodes.end();
      });
      continue;
    }
    const auto found = view.ranges.find(ToAddress(family, element.key));
    if (found != view.ranges.end()) view.ranges.erase(found);
  }
  for (const Prefix& prefix : changes.range_adds) view.ranges.insert(ToRange(prefix));
  ApplyTo(view.forwards, changes.forwards, family);
  ApplyTo(view.localhost, changes.localhost, family);
  if (changes.localhost_gone) view.localhost = {};
  if (changes.flush_ledger || changes.new_ledger) {
    view.entries.clear();
    view.names.clear();
    view.unknown_junk = false;
    view.junk.clear();
    view.rivals.clear();
    view.old_ledger = false;
  }
  for (const Element& element : changes.ledger_deletes) {
    // What is deleted is one or the other.
    if (view.junk.erase(element.key) + view.rivals.erase(element.key) > 0) continue;
    const auto owned = ToLedgerEntry(family, element, HashOwner, view.names);
    if (owned && view.entries.erase(owned->entry) > 0) view.names.Drop(owned->entry.owner);
  }
  for (const OwnedEntry& added : changes.ledger_adds) {
    if (view.entries.insert(added.entry).second) view.names.Add(added.entry.owner, added.owner);
  }
}

}  // namespace natplan
