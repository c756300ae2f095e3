#include "tests/model/test_wishes.h"

#include <algorithm>
#include <variant>

namespace natplan {

void Wishes::Apply(const Edit& edit) {
  const bool add = edit.kind == Edit::Kind::kAdd;
  if (const auto* forward = std::get_if<Forward>(&edit.intent)) {
    if (add) {
      forwards.insert_or_assign(forward->key(), std::pair(forward->to, forward->localhost));
    } else {
      forwards.erase(forward->key());
    }
    return;
  }
  const auto& masquerade = std::get<Masquerade>(edit.intent);
  const auto change = [add](auto& set, const auto& value) {
    add ? (void)set.insert(value) : (void)set.erase(value);
  };
  masquerade.out_interface() ? change(interface_masquerades, masquerade)
                             : change(prefixes, masquerade.source());
}

bool Wishes::Wants(Family family) const {
  const auto of_family = [family](const auto& one) { return one.family() == family; };
  return std::ranges::any_of(prefixes, of_family) || std::ranges::any_of(interface_masquerades, of_family) ||
         std::ranges::any_of(forwards, [family](const auto& one) { return one.first.family == family; });
}

std::ostream& operator<<(std::ostream& out, const Wishes& wishes) {
  for (const Prefix& prefix : wishes.prefixes) out << "masquerade " << prefix.ToString() << "; ";
  for (const Masquerade& masquerade : wishes.interface_masquerades) out << ToString(masquerade) << "; ";
  for (const auto& [key, to] : wishes.forwards)
    out << ToString(key) << " to " << to.first.ToString() << (to.second ? " localhost; " : "; ");
  return out;
}

Wishes Picture::Of(const std::string& owner) const {
  Wishes out;
  for (const FamilyView& one : view_) {
    for (const LedgerEntry& entry : one.entries) {
      if (one.names.at(entry.owner).name() == owner) out.prefixes.insert(entry.prefix);
    }
    for (const auto& [key, held] : one.forwards.entries) {
      if (held.owner != owner) continue;
      const auto local = one.localhost.entries.find(key);
      out.forwards.emplace(key,
                           std::pair(held.to, local != one.localhost.entries.end() && local->second == held));
    }
    for (const auto& owned : one.interface_masquerades) {
      if (owned.owner.name() == owner) out.interface_masquerades.insert(owned.masquerade);
    }
  }
  return out;
}

}  // namespace natplan
