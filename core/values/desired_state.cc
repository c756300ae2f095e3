#include "core/values/desired_state.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace natplan {
namespace {

void Note(const UnionChange& change, DesiredState::Touched& touched) {
  for (const auto* prefixes : {&change.removed, &change.added}) {
    for (const Prefix& prefix : *prefixes) touched.prefixes.insert(prefix);
  }
}

// Whether one of the values, which are ordered by family, ip first, is of this one.
template <typename Ordered, typename FamilyOf>
bool HasFamily(const Ordered& ordered, Family family, const FamilyOf& family_of) {
  if (ordered.empty()) return false;
  return family_of(family == Family::kIp ? *ordered.begin() : *std::prev(ordered.end())) == family;
}

Family OfPrefix(const Prefix& prefix) { return prefix.family(); }

}  // namespace

bool DesiredState::Touched::Has(Family family) const {
  return HasFamily(prefixes, family, OfPrefix) ||
         HasFamily(entries, family, [](const LedgerEntry& entry) { return entry.prefix.family(); }) ||
         HasFamily(ports, family, [](const HostPort& port) { return port.family; });
}

bool HasPrefix(const SortedSet<LedgerEntry>& entries, const Prefix& prefix) {
  const auto found = entries.lower_bound(LedgerEntry{prefix});
  return found != entries.end() && found->prefix == prefix;
}

bool DesiredState::IsRegistered(const Prefix& prefix) const { return HasPrefix(masquerades_, prefix); }

std::expected<void, Error> DesiredState::Apply(const Edit& edit, Touched& touched, std::vector<Edit>& undo) {
  const bool add = edit.kind == Edit::Kind::kAdd;
  if (const auto* masquerade = std::get_if<Masquerade>(&edit.intent)) {
    if (add) return Add(edit, *masquerade, touched, undo);
    Remove(edit, *masquerade, touched, undo);
    return {};
  }
  const Forward& forward = std::get<Forward>(edit.intent);
  if (add) return Add(edit, forward, touched, undo);
  Remove(edit, forward, touched, undo);
  return {};
}

// Whether nobody else wants the prefix that stands at `place`.
bool DesiredState::IsOnlyWish(Place place) const {
  const auto after = std::next(place);
  return (place == masquerades_.begin() || std::prev(place)->prefix != place->prefix) &&
         (after == masquerades_.end() || after->prefix != place->prefix);
}

// The first owner of a prefix brings it into the union. The entry goes in front of `before`.
UnionChange DesiredState::Register(Place before, const LedgerEntry& entry, const Owner& owner) {
  UnionChange change;
  names_.Add(entry.owner, owner);
  try {
    if (IsOnlyWish(masquerades_.insert(before, entry))) change = union_.Add(entry.prefix);
  } catch (...) {
    if (!union_.Contains(entry.prefix)) masquerades_.erase(entry);
    if (!masquerades_.contains(entry)) names_.Drop(entry.owner);
    throw;
  }
  return change;
}

// The last one takes it out again.
UnionChange DesiredState::Unregister(Place place) {
  UnionChange change;
  if (IsOnlyWish(place)) change = union_.Remove(place->prefix);
  names_.Drop(place->owner);
  masquerades_.erase(place);
  return change;
}

std::expected<void, Error> DesiredState::Add(const Edit& edit, const Masquerade& masquerade, Touched& touched,
                                             std::vector<Edit>& undo) {
  if (masquerade.out_interface()) {
    const OwnedMasquerade owned{edit.owner, masquerade};
    if (interface_masquerades_.contains(owned)) return {};
    undo.push_back({Edit::Kind::kRemove, edit.owner, edit.intent});
    touched.rules = true;
    std::size_t& count = others_of_[edit.owner];
    interface_masquerades_.insert(owned);
    ++count;
    ++interface_masquerades_of_[masquerade.family()];
    return {};
  }
  const LedgerEntry entry{masquerade.source(), edit.owner.hash()};
  if (const Owner* rival = names_.FindRival(edit.owner)) return std::unexpected(SameHash(edit.owner, *rival));
  touched.asked.insert(entry.prefix);
  const Place place = masquerades_.lower_bound(entry);
  if (place != masquerades_.end() && *place == entry) return {};
  undo.push_back({Edit::Kind::kRemove, edit.owner, edit.intent});
  touched.entries.insert(entry);
  Note(Register(place, entry, edit.owner), touched);
  return {};
}

void DesiredState::Remove(const Edit& edit, const Masquerade& masquerade, Touched& touched,
                          std::vector<Edit>& undo) {
  if (masquerade.out_interface()) {
    const auto found = interface_masquerades_.find(OwnedMasquerade{edit.owner, masquerade});
    if (found == interface_masquerades_.end()) return;
    undo.push_back({Edit::Kind::kAdd, edit.owner, edit.intent});
    touched.rules = true;
    interface_masquerades_.erase(found);
    CountDown(edit.owner);
    --interface_masquerades_of_[masquerade.family()];
    return;
  }
  const LedgerEntry entry{masquerade.source(), edit.owner.hash()};
  const Place place = masquerades_.find(entry);
  if (place == masquerades_.end()) return;
  undo.push_back({Edit::Kind::kAdd, edit.owner, edit.intent});
  touched.entries.insert(entry);
  Note(Unregister(place), touched);
}

std::expected<void, Error> DesiredState::Add(const Edit& edit, const Forward& forward, Touched& touched,
                                             std::vector<Edit>& undo) {
  const HostPort key = forward.key();
  // Files name them in ascending order as a rule.
  const bool behind_all = forwards_.empty() || std::prev(forwards_.end())->first < key;
  const auto place = behind_all ? forwards_.end() : forwards_.lower_bound(key);
  if (place == forwards_.end() || place->first != key) {
    undo.push_back({Edit::Kind::kRemove, edit.owner, forward});
    touched.ports.insert(key);
    touched.rules = touched.rules || forward.localhost;
    std::size_t& count = others_of_[edit.owner];
    forwards_.emplace_hint(place, key, OwnedForward{edit.owner, forward.to, forward.localhost});
    ++count;
    return {};
  }
  OwnedForward& held = place->second;
  const Forward before{forward.protocol, forward.host_port, held.to, held.localhost};
  if (held.owner != edit.owner) {
    return std::unexpected(Error{.code = ErrorCode::kConflict,
                                 .errno_value = EEXIST,
                                 .ours = ToString(forward) + " for owner \"" + edit.owner.name() + "\"",
                                 .theirs = ToString(before) + " of owner \"" + held.owner.name() + "\"",
                                 .text = ToString(key) + " is held by owner \"" + held.owner.name() +
                                         "\"; remove that forward first, or choose another host port"});
  }
  touched.ports.insert(key);
  if (before == forward) return {};
  undo.push_back({Edit::Kind::kAdd, edit.owner, before});
  touched.rules = touched.rules || forward.localhost || held.localhost;
  held.to = forward.to;
  held.localhost = forward.localhost;
  return {};
}

void DesiredState::Remove(const Edit& edit, const Forward& forward, Touched& touched,
                          std::vector<Edit>& undo) {
  const auto found = forwards_.find(forward.key());
  if (found == forwards_.end() || found->second.owner != edit.owner) return;
  const OwnedForward& held = found->second;
  undo.push_back(
      {Edit::Kind::kAdd, edit.owner, Forward{forward.protocol, forward.host_port, held.to, held.localhost}});
  touched.ports.insert(found->first);
  touched.rules = touched.rules || held.localhost;
  forwards_.erase(found);
  CountDown(edit.owner);
}

void DesiredState::CountDown(const Owner& owner) noexcept {
  const auto found = others_of_.find(owner);
  if (found != others_of_.end() && --found->second == 0) others_of_.erase(found);
}

std::vector<Edit> DesiredState::RemovalsTo(const Owner& owner, const std::vector<Intent>& intents) const {
  if (!Wants(owner)) return {};
  std::vector<Masquerade> masquerades;
  std::vector<HostPort> ports;
  for (const Intent& intent : intents) {
    if (const auto* masquerade = std::get_if<Masquerade>(&intent)) {
      masquerades.push_back(*masquerade);
    } else {
      ports.push_back(std::get<Forward>(intent).key());
    }
  }
  std::ranges::sort(masquerades);
  std::ranges::sort(ports);
  std::vector<Edit> edits;
  const OwnerHash hash = owner.hash();
  for (const LedgerEntry& entry : masquerades_) {
    if (entry.owner != hash) continue;
    const auto masquerade = Masquerade::Make(entry.prefix);
    if (masquerade && !std::ranges::binary_search(masquerades, *masquerade))
      edits.push_back({Edit::Kind::kRemove, owner, *masquerade});
  }
  for (const OwnedMasquerade& owned : interface_masquerades_) {
    if (owned.owner == owner && !std::ranges::binary_search(masquerades, owned.masquerade))
      edits.push_back({Edit::Kind::kRemove, owner, owned.masquerade});
  }
  for (const auto& [key, forward] : forwards_) {
    if (forward.owner != owner || std::ranges::binary_search(ports, key)) continue;
    edits.push_back(
        {Edit::Kind::kRemove, owner, Forward{key.protocol, key.port, forward.to, forward.localhost}});
  }
  return edits;
}

void DesiredState::SetOthers(Family family, const OwnerSet& mine, const SortedSet<LedgerEntry>& entries,
                             const OwnerNames& names) {
  std::vector<LedgerEntry> gone;
  for (const LedgerEntry& entry : masquerades_) {
    const bool others = entry.prefix.family() == family && !mine.ContainsHash(entry.owner);
    if (others && !entries.contains(entry)) gone.push_back(entry);
  }
  for (const LedgerEntry& entry : gone) (void)Unregister(masquerades_.find(entry));
  for (const LedgerEntry& entry : entries) {
    if (mine.ContainsHash(entry.owner)) continue;
    const Place place = masquerades_.lower_bound(entry);
    if (place == masquerades_.end() || *place != entry) (void)Register(place, entry, names.at(entry.owner));
  }
}

void DesiredState::SetOther(const LedgerEntry& entry, const Owner* owner, Touched& touched) {
  const Place place = masquerades_.lower_bound(entry);
  const bool there = place != masquerades_.end() && *place == entry;
  if (there == (owner != nullptr)) return;
  Note(there ? Unregister(place) : Register(place, entry, *owner), touched);
}

bool DesiredState::Wants(Family family) const {
  return HasFamily(prefixes(), family, OfPrefix) ||
         HasFamily(forwards_, family, [](const auto& forward) { return forward.first.family; }) ||
         interface_masquerades_of_[family] > 0;
}

bool DesiredState::Wants(const Owner& owner) const {
  const Owner* named = names_.Find(owner.hash());
  const auto others = others_of_.find(owner);
  return (others != others_of_.end() && others->second > 0) || (named != nullptr && *named == owner);
}

}  // namespace natplan
