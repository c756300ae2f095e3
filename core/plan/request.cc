#include "core/plan/request.h"

namespace natplan {

std::set<Owner> OwnersOf(const Request& request, const Owner& otherwise) {
  std::set<Owner> owners;
  for (const Edit& edit : request.edits) owners.insert(edit.owner);
  if (request.replaced) owners.insert(*request.replaced);
  if (owners.empty()) owners.insert(otherwise);
  return owners;
}

std::vector<Edit> EditsOf(const Request& request, const DesiredState& state) {
  return request.replaced ? state.EditsTo(*request.replaced, request.intents) : request.edits;
}

}  // namespace natplan
