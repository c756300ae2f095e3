#include "core/plan/mirror.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/values/operation.h"

namespace natplan {
namespace {

// Of a set that it knows; each change returns false if the view does not explain the element.
class Follower {
 public:
  Follower(const Layout& layout, Family family, FamilyView& view, DesiredState::Touched& touched)
      : own_(layout.own()), hasher_(layout.hasher), family_(family), view_(view), touched_(touched) {}

  // Whether it is a set or map of natplan's, and of its shape.
  bool Knows(const std::string& set, const SetShape& shape) const {
    if (set == kMasqueradeSet) return shape == MasqueradeShape(family_);
    if (set == kForwardMap) return shape == ForwardShape(family_);
    if (set == kLocalhostMap) return own_ && shape == ForwardShape(family_);
    return own_ && set == kOwnersSet && shape == OwnersShape(family_) && !view_.old_ledger;
  }

  bool Add(const std::string& set, const Element& element) {
    if (set == kMasqueradeSet) return AddRange(element);
    if (set == kOwnersSet) return AddOwner(element);
    touched_.rules = touched_.rules || set == kLocalhostMap;
    return AddEntry(set == kForwardMap ? view_.forwards : view_.localhost, element);
  }

  bool Delete(const std::string& set, const Element& element) {
    if (set == kMasqueradeSet) return DeleteRange(element);
    if (set == kOwnersSet) return DeleteOwner(element);
    touched_.rules = touched_.rules || set == kLocalhostMap;
    return DeleteEntry(set == kForwardMap ? view_.forwards : view_.localhost, element);
  }

 private:
  // A start alone reaches to the top of the address space.
  std::optional<AddressRange> RangeOf(const Element& element) const {
    const bool begins = element.kind == ElementKind::kRange || element.kind == ElementKind::kStart;
    if (!begins || !view_.broken.empty()) return std::nullopt;
    AddressRange range{ToAddress(family_, element.key)};
    if (!element.end.empty()) range.end = ToAddress(family_, element.end);
    return range;
  }

  bool AddRange(const Element& element) {
    const auto range = RangeOf(element);
    if (!range) return false;
    const auto above = view_.ranges.upper_bound(range->first);
    if (above != view_.ranges.end() && above->Overlaps(*range)) return false;
    if (above != view_.ranges.begin() && std::prev(above)->Overlaps(*range)) return false;
    view_.ranges.insert(*range);
    Touch(*range);
    return true;
  }

  bool DeleteRange(const Element& element) {
    const auto range = RangeOf(element);
    if (!range) return false;
    const auto found = view_.ranges.find(range->first);
    if (found == view_.ranges.end() || *found != *range) return false;
    view_.ranges.erase(found);
    Touch(*range);
    return true;
  }

  // A range that is no prefix has no place among what is touched: as after a change of rules, everything has
  // to be compared.
  void Touch(const AddressRange& range) const {
    if (const auto prefix = ToPrefix(range)) {
      touched_.prefixes.insert(*prefix);
    } else {
      touched_.rules = true;
    }
  }

  std::optional<MapEntry> EntryOf(const Element& element) const {
    auto entry = ToMapEntry(family_, element);
    if (entry && !own_) entry->owner = entry->note = "";
    return entry;
  }

  static HeldTarget TargetOf(const MapEntry& entry) { return {entry.to, entry.owner, entry.note}; }

  bool AddEntry(MapView& map, const Element& element) const {
    const auto entry = EntryOf(element);
    if (!entry) return false;
    touched_.ports.insert(entry->host_port);
    return map.entries.emplace(entry->host_port, TargetOf(*entry)).second;
  }

  bool DeleteEntry(MapView& map, const Element& element) const {
    const auto entry = EntryOf(element);
    if (!entry) return false;
    const auto found = map.entries.find(entry->host_port);
    if (found == map.entries.end() || found->second != TargetOf(*entry)) return false;
    touched_.ports.insert(entry->host_port);
    map.entries.erase(found);
    return true;
  }

  bool AddOwner(const Element& element) {
    const auto owned = ToLedgerEntry(family_, element, hasher_, view_.names);
    if (!owned || view_.entries.contains(owned->entry) || view_.names.FindRival(owned->owner)) return false;
    view_.names.Add(owned->entry.owner, owned->owner);
    view_.entries.insert(owned->entry);
    touched_.entries.insert(owned->entry);
    return true;
  }

  bool DeleteOwner(const Element& element) {
    const auto owned = ToLedgerEntry(family_, element, hasher_, view_.names);
    if (!owned || !view_.entries.contains(owned->entry)) return false;
    view_.entries.erase(owned->entry);
    view_.names.Drop(owned->entry.owner);
    touched_.entries.insert(owned->entry);
    return true;
  }

  bool own_;
  OwnerHasher hasher_;
  Family family_;
  FamilyView& view_;
  DesiredState::Touched& touched_;
};

}  // namespace

bool Mirror::Suffices(const DesiredState& want, const DesiredState::Touched& edited,
                      const std::set<Family>& without) const {
  // Rules are deleted by their handles, which only a snapshot has.
  if (edited.rules || lacking) return false;
  // What nobody was recorded for becomes ours with its entry, and stands in a wider one's way no longer.
  for (const LedgerEntry& entry : edited.entries) {
    const FamilyView& family = view[entry.prefix.family()];
    const bool comes = want.masquerades().contains(entry) && !family.entries.contains(entry);
    if (comes && family.Holds(entry.prefix) && !want.prefixes().contains(entry.prefix)) return false;
  }
  return std::ranges::all_of(kFamilies, [&](Family family) {
    return checked[family] || without.contains(family) || !edited.Has(family);
  });
}

std::optional<Error> SharedHash(const OwnerSet& mine, const KernelView& view) {
  for (const Owner& owner : mine) {
    for (const FamilyView& family : view) {
      if (const Owner* rival = family.names.FindRival(owner)) return SameHash(owner, *rival);
    }
  }
  return {};
}

bool Follow(const Layout& layout, const std::vector<Change>& changes, KernelView& view,
            DesiredState::Touched& touched) {
  return std::ranges::all_of(changes, [&](const Change& change) {
    const Family family = change.table.family;
    if (!change.operation || change.table != layout.Id(family)) return false;
    Follower follower(layout, family, view[family], touched);
    if (const auto* adds = std::get_if<AddElements>(&*change.operation)) {
      return follower.Knows(adds->set, adds->shape) &&
             std::ranges::all_of(adds->elements, [&](const Element& element) {
               return HasShape(element, adds->shape) && follower.Add(adds->set, element);
             });
    }
    if (const auto* deletes = std::get_if<DeleteElements>(&*change.operation)) {
      return follower.Knows(deletes->set, deletes->shape) &&
             std::ranges::all_of(deletes->elements, [&](const Element& element) {
               return HasShape(element, deletes->shape) && follower.Delete(deletes->set, element);
             });
    }
    return false;
  });
}

}  // namespace natplan
