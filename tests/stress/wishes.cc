#include "tests/stress/wishes.h"

#include <algorithm>
#include <cstddef>
#include <variant>

namespace natplan::stress {
namespace {

constexpr std::size_t kUsuallyHeld = 24;  // intents of one owner

}  // namespace

void Wishes::Apply(const Change& change) {
  for (std::size_t i = 0; i < change.count; ++i) {
    const Change::Edit& edit = change.edits[i];
    const Intent intent = ToIntent(edit.intent);
    if (const auto* masquerade = std::get_if<Masquerade>(&intent)) {
      if (edit.add) {
        masquerades_.insert(*masquerade);
      } else {
        masquerades_.erase(*masquerade);
      }
    } else {
      const auto& forward = std::get<Forward>(intent);
      if (edit.add) {
        forwards_.insert_or_assign(forward.key(), forward);
      } else {
        forwards_.erase(forward.key());
      }
    }
    const auto same = [&](const IntentCode& code) {
      return code.kind == edit.intent.kind && code.number == edit.intent.number;
    };
    added_.erase(std::remove_if(added_.begin(), added_.end(), same), added_.end());
    if (edit.add) added_.push_back(edit.intent);
  }
}

Change Wishes::Random(std::mt19937_64& random) const {
  Change change;
  const auto size = random() % 20;
  change.count = size == 0 ? 3 : size < 4 ? 2 : 1;
  for (std::size_t i = 0; i < change.count; ++i) change.edits[i] = RandomEdit(random);
  return change;
}

Change::Edit Wishes::RandomEdit(std::mt19937_64& random) const {
  const std::size_t held = masquerades_.size() + forwards_.size();
  const bool remove = random() % (held + kUsuallyHeld) < held;
  if (remove && !added_.empty() && random() % 8 != 0) return {false, added_[random() % added_.size()]};
  const auto kind = random() % 20;
  return {!remove,
          {kind < 11   ? Kind::kMasquerade
           : kind < 12 ? Kind::kInterfaceMasquerade
                       : Kind::kForward,
           static_cast<std::uint32_t>(random())}};
}

std::set<Intent> Wishes::intents() const {
  std::set<Intent> all(masquerades_.begin(), masquerades_.end());
  for (const auto& [key, forward] : forwards_) all.insert(forward);
  return all;
}

std::vector<Edit> ToEdits(const Change& change, const Owner& owner) {
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < change.count; ++i) {
    edits.push_back({change.edits[i].add ? Edit::Kind::kAdd : Edit::Kind::kRemove, owner,
                     ToIntent(change.edits[i].intent)});
  }
  return edits;
}

}  // namespace natplan::stress
