#include "core/plan/held_elsewhere.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

#include "core/plan/element_conflict.h"
#include "core/plan/layout.h"

namespace natplan {
namespace {

std::string WhoseText(const std::string& owner) {
  return owner.empty() ? " (no owner is recorded)" : " (owner \"" + owner + "\")";
}

}  // namespace

void HeldElsewhere::Add(std::span<const OwnedIntent> held, const std::set<Owner>& leaving) {
  for (const OwnedIntent& owned : held) {
    const auto* forward = std::get_if<Forward>(&owned.intent);
    if (forward == nullptr || leaving.contains(owned.owner)) continue;
    forwards_.insert({forward->key(), {.to = forward->to, .owner = owned.owner.name()}});
  }
}

void HeldElsewhere::Add(const FamilyView& view, const std::set<Owner>& leaving) {
  for (const auto& [key, held] : view.forwards.entries) {
    const auto owner = Owner::Make(held.owner);
    if (!owner || !leaving.contains(*owner)) forwards_.insert({key, held});
  }
}

std::optional<Error> HeldElsewhere::WhyTaken(const OwnedIntent& wanted) const {
  const auto* forward = std::get_if<Forward>(&wanted.intent);
  if (forward == nullptr) return std::nullopt;
  const auto at = forwards_.find(forward->key());
  if (at == forwards_.end()) return std::nullopt;
  const auto& [key, held] = *at;
  Forward theirs = *forward;
  theirs.to = held.to;
  theirs.localhost = false;
  const bool owned = !held.owner.empty();
  return Error{.code = ErrorCode::kConflict,
               .errno_value = EEXIST,
               .ours = ToString(*forward) + WhoseText(wanted.owner.name()),
               .theirs = ToString(theirs) + WhoseText(held.owner) + " in " + where_,
               .text = where_ + " forwards " + ToString(key) + " to " + held.to.ToString() + " already, " +
                       (owned ? "for owner \"" + held.owner + "\"" : "for no owner that is recorded") +
                       (held.to == forward->to ? "" : ", and not to " + forward->to.ToString()) +
                       ": the two would act beside each other; choose another host port, or if " +
                       (owned ? "that owner is gone: natplan forget --owner \"" + held.owner +
                                    "\" --backend " + backend_
                              : "nobody needs that any more, remove it with: nft delete " +
                                    ElementLine({key.family, kDefaultTable}, kForwardMap,
                                                ForwardShape(key.family), ToElement(EntryOf(key, held))))};
}

std::vector<Error> HeldElsewhere::TakeFrom(Request& request) const {
  std::vector<Error> taken;
  if (forwards_.empty()) return taken;
  const auto is_taken = [&](const Owner& owner, const Intent& intent) {
    auto error = WhyTaken({owner, intent});
    if (!error) return false;
    taken.push_back(*std::move(error));
    return true;
  };
  std::erase_if(request.edits, [&](const Edit& edit) {
    return edit.kind == Edit::Kind::kAdd && is_taken(edit.owner, edit.intent);
  });
  if (request.replaced) {
    std::erase_if(request.intents, [&](const Intent& intent) { return is_taken(*request.replaced, intent); });
  }
  return taken;
}

}  // namespace natplan
