#include "core/plan/part.h"

#include <algorithm>
#include <iterator>

#include "core/plan/address_range.h"
#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"

namespace natplan {
namespace {

const Masquerade* MasqueradeOf(const Edit& edit) { return std::get_if<Masquerade>(&edit.intent); }

LedgerEntry EntryOf(const Edit& edit, const Masquerade& masquerade) {
  return {masquerade.source(), edit.owner.hash()};
}

// The widest prefix in the ledger that contains this one, which is in it.
Prefix WidestAround(const FamilyView& view, const Prefix& prefix) {
  for (int length = 0; length < prefix.length(); ++length) {
    const auto wider = Prefix::Make(prefix.network(), length);
    if (wider && HasPrefix(view.entries, *wider)) return *wider;
  }
  return prefix;
}

bool IsEnoughFor(const Edit& edit, const Masquerade& masquerade, const FamilyView& view) {
  const LedgerEntry entry = EntryOf(edit, masquerade);
  const Prefix& prefix = entry.prefix;
  const bool recorded = view.entries.contains(entry);
  if (edit.kind == Edit::Kind::kRemove) {
    return !recorded || view.Holds(WidestAround(view, prefix));
  }
  // Whose what covers it is, only the whole ledger would tell; and of one that reaches to the top of the
  // address space the kernel does not see what lies inside.
  const bool covered = std::ranges::any_of(
      view.ranges, [&](const AddressRange& range) { return range.Overlaps(ToRange(prefix)); });
  return covered ? view.Holds(prefix) : !recorded && prefix.end();
}

bool IsPlain(const FamilyView& view) {
  return view.broken.empty() && !view.unknown_ranges && view.junk.empty() && view.rivals.empty() &&
         !view.unknown_junk && view.forwards.others.empty() && !view.forwards.unknown &&
         view.localhost.others.empty() && !view.localhost.unknown;
}

}  // namespace

std::optional<ReadRequest> PartFor(const Layout& layout, const std::vector<Edit>& edits) {
  if (edits.empty()) return {};
  ReadRequest request;
  for (const Edit& edit : edits) {
    const TableId table = layout.Id(FamilyOf(edit.intent));
    if (std::ranges::find(request.tables, table) == request.tables.end()) request.tables.push_back(table);
    if (const Masquerade* masquerade = MasqueradeOf(edit)) {
      // Prefixes that one call changes together may nest.
      if (!layout.own() || masquerade->out_interface() || edits.size() > 1) return {};
      const Prefix& prefix = masquerade->source();
      request.keys.push_back({table, kMasqueradeSet, ElementKey(prefix.network().bytes())});
      if (const auto below = AddressBefore(prefix.network()))
        request.keys.push_back({table, kMasqueradeSet, ElementKey(below->bytes())});
      if (edit.kind == Edit::Kind::kRemove) {
        request.sets = {kOwnersSet};
        continue;
      }
      if (prefix.last() != prefix.network())
        request.keys.push_back({table, kMasqueradeSet, ElementKey(prefix.last().bytes())});
      request.keys.push_back({table, kOwnersSet, ToElement(EntryOf(edit, *masquerade), edit.owner).key});
      continue;
    }
    const auto& forward = std::get<Forward>(edit.intent);
    if (forward.localhost) return {};
    const ElementKey key = ToElement(MapEntry{forward.key(), forward.to}).key;
    request.keys.push_back({table, kForwardMap, key});
    if (layout.own()) request.keys.push_back({table, kLocalhostMap, key});
  }
  return request;
}

bool IsEnough(const Layout& layout, const std::vector<Edit>& edits, const KernelView& view) {
  return std::ranges::all_of(edits, [&](const Edit& edit) {
    const FamilyView& family = view[FamilyOf(edit.intent)];
    if (!family.exists) return edit.kind == Edit::Kind::kRemove;
    if ((layout.own() && !family.versioned) || family.old_ledger || !IsPlain(family)) return false;
    if (const Masquerade* masquerade = MasqueradeOf(edit)) return IsEnoughFor(edit, *masquerade, family);
    // What serves localhost goes with the last forward that wants it.
    return !family.localhost.entries.contains(std::get<Forward>(edit.intent).key());
  });
}

}  // namespace natplan
