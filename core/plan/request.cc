#include "core/plan/request.h"

#include <algorithm>

#include "core/values/per_family.h"

namespace natplan {

std::set<Owner> OwnersOf(const Request& request, const Owner& otherwise) {
  std::set<Owner> owners;
  for (const Edit& edit : request.edits) owners.insert(edit.owner);
  if (request.replaced) owners.insert(*request.replaced);
  if (owners.empty()) owners.insert(otherwise);
  return owners;
}

bool WantsNothing(const Request& request) {
  return request.intents.empty() &&
         std::ranges::none_of(request.edits, [](const Edit& edit) { return edit.kind == Edit::Kind::kAdd; });
}

PerFamily<bool> FamiliesOf(const Request& request) {
  const bool all = request.replaced.has_value();
  PerFamily<bool> out = {all, all};
  for (const Edit& edit : request.edits) out[FamilyOf(edit.intent)] = true;
  return out;
}

void ForEachEdit(const Request& request, const DesiredState& state,
                 const std::function<bool(const Edit& edit)>& take) {
  const std::optional<Owner>& owner = request.replaced;
  const auto removals = owner ? state.RemovalsTo(*owner, request.intents) : std::vector<Edit>();
  for (const Edit& edit : owner ? removals : request.edits) {
    if (!take(edit)) return;
  }
  if (!owner) return;
  // One at a time: a list of 100,000 takes megabytes.
  for (const Intent& intent : request.intents) {
    if (!take({Edit::Kind::kAdd, *owner, intent})) return;
  }
}

}  // namespace natplan
