#include "core/values/desired_state.h"

#include <cerrno>

namespace natplan {
namespace {

void Note(const UnionChange& change, DesiredState::Touched& touched) {
  touched.prefixes.insert(change.removed.begin(), change.removed.end());
  touched.prefixes.insert(change.added.begin(), change.added.end());
}

}  // namespace

std::expected<void, Error> DesiredState::Apply(const Edit& edit, Touched& touched, std::vector<Edit>& undo) {
  if (const auto* masquerade = std::get_if<Masquerade>(&edit.intent)) {
    edit.kind == Edit::Kind::kAdd ? Add(edit, *masquerade, touched, undo)
                                  : Remove(edit, *masquerade, touched, undo);
    return {};
  }
  const Forward& forward = std::get<Forward>(edit.intent);
  if (edit.kind == Edit::Kind::kAdd) return Add(edit, forward, touched, undo);
  Remove(edit, forward, touched, undo);
  return {};
}

void DesiredState::Add(const Edit& edit, const Masquerade& masquerade, Touched& touched,
                       std::vector<Edit>& undo) {
  const Prefix& prefix = masquerade.source();
  const auto found = owners_.find(prefix);
  if (found != owners_.end() && found->second.contains(edit.owner)) return;
  undo.push_back({Edit::Kind::kRemove, edit.owner, edit.intent});
  touched.asked.insert(prefix);
  if (found != owners_.end()) {
    found->second.insert(edit.owner);
    return;
  }
  const auto added = owners_.emplace(prefix, std::set<Owner>{edit.owner}).first;
  try {
    Note(union_.Add(prefix), touched);
  } catch (...) {
    if (!union_.Contains(prefix)) owners_.erase(added);
    throw;
  }
}

void DesiredState::Remove(const Edit& edit, const Masquerade& masquerade, Touched& touched,
                          std::vector<Edit>& undo) {
  const Prefix& prefix = masquerade.source();
  const auto found = owners_.find(prefix);
  if (found == owners_.end() || !found->second.contains(edit.owner)) return;
  undo.push_back({Edit::Kind::kAdd, edit.owner, edit.intent});
  if (found->second.size() > 1) {
    found->second.erase(edit.owner);
    return;
  }
  const UnionChange change = union_.Remove(prefix);
  owners_.erase(found);
  Note(change, touched);
}

std::expected<void, Error> DesiredState::Add(const Edit& edit, const Forward& forward, Touched& touched,
                                             std::vector<Edit>& undo) {
  const HostPort key = forward.key();
  const auto found = forwards_.find(key);
  if (found == forwards_.end()) {
    undo.push_back({Edit::Kind::kRemove, edit.owner, forward});
    touched.ports.insert(key);
    forwards_.emplace(key, OwnedForward{edit.owner, forward.to});
    return {};
  }
  OwnedForward& held = found->second;
  const Forward before{forward.protocol, forward.host_port, held.to};
  if (held.owner != edit.owner) {
    return std::unexpected(Error{.code = ErrorCode::kConflict,
                                 .errno_value = EEXIST,
                                 .ours = ToString(forward) + " for owner \"" + edit.owner.name() + "\"",
                                 .theirs = ToString(before) + " of owner \"" + held.owner.name() + "\"",
                                 .text = ToString(key) + " is held by owner \"" + held.owner.name() +
                                         "\"; remove that forward first, or choose another host port"});
  }
  if (held.to == forward.to) return {};
  undo.push_back({Edit::Kind::kAdd, edit.owner, before});
  touched.ports.insert(key);
  held.to = forward.to;
  return {};
}

void DesiredState::Remove(const Edit& edit, const Forward& forward, Touched& touched,
                          std::vector<Edit>& undo) {
  const auto found = forwards_.find(forward.key());
  if (found == forwards_.end() || found->second.owner != edit.owner) return;
  undo.push_back(
      {Edit::Kind::kAdd, edit.owner, Forward{forward.protocol, forward.host_port, found->second.to}});
  touched.ports.insert(found->first);
  forwards_.erase(found);
}

std::vector<Edit> DesiredState::EditsTo(const Owner& owner, const std::vector<Intent>& intents) const {
  std::set<Prefix> prefixes;
  std::set<HostPort> ports;
  for (const Intent& intent : intents) {
    if (const auto* masquerade = std::get_if<Masquerade>(&intent)) {
      prefixes.insert(masquerade->source());
    } else {
      ports.insert(std::get<Forward>(intent).key());
    }
  }
  std::vector<Edit> edits;
  for (const auto& [prefix, owners] : owners_) {
    if (!owners.contains(owner) || prefixes.contains(prefix)) continue;
    if (auto masquerade = Masquerade::Make(prefix))
      edits.push_back({Edit::Kind::kRemove, owner, *masquerade});
  }
  for (const auto& [key, forward] : forwards_) {
    if (forward.owner != owner || ports.contains(key)) continue;
    edits.push_back({Edit::Kind::kRemove, owner, Forward{key.protocol, key.port, forward.to}});
  }
  for (const Intent& intent : intents) edits.push_back({Edit::Kind::kAdd, owner, intent});
  return edits;
}

bool DesiredState::Wants(Family family) const {
  // Both are ordered by family, ip first.
  const auto has = [family](const auto& ordered, const auto& family_of) {
    if (ordered.empty()) return false;
    return family_of(family == Family::kIp ? *ordered.begin() : *ordered.rbegin()) == family;
  };
  return has(prefixes(), [](const Prefix& prefix) { return prefix.family(); }) ||
         has(forwards_, [](const auto& forward) { return forward.first.family; });
}

}  // namespace natplan
