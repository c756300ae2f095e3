#include "core/plan/element_plan.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <utility>

#include "core/plan/element_conflict.h"
#include "core/plan/extra_rules.h"
#include "core/plan/old_ledger.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

class Planner {
 public:
  explicit Planner(const ElementPlanInput& input)
      : in_(input),
        family_(input.table.family),
        exclusive_(input.scope == Scope::kExclusive),
        takes_unowned_(exclusive_ || input.scope == Scope::kAdopt) {}

  ElementPlan All() {
    plan_.changes.flush_ranges = takes_unowned_ && (!in_.view.broken.empty() || in_.view.unknown_ranges);
    plan_.changes.forwards.flush = exclusive_ && in_.view.forwards.unknown;
    plan_.changes.localhost.flush = exclusive_ && in_.view.localhost.unknown && !in_.drop_localhost;
    plan_.changes.localhost_gone = in_.drop_localhost;
    if (in_.view.forwards.entries.empty()) plan_.changes.forwards.adds.reserve(in_.want.forwards().size());
    if (in_.own) PlanLedger();
    if (plan_.obstacle) return std::move(plan_);
    if (!plan_.changes.flush_ranges) DeleteOwnBrokenRanges();
    for (const Prefix& prefix : in_.want.prefixes()) Consider(prefix);
    for (const Prefix& prefix : in_.held.prefixes) {
      if (!in_.want.prefixes().contains(prefix)) Consider(prefix);
    }
    for (const auto& [key, forward] : in_.want.forwards()) Consider(key, &forward);
    std::optional<HostPort> last;
    for (const HeldForward& held : in_.held.forwards) {
      if (std::exchange(last, held.host_port) != held.host_port &&
          !in_.want.forwards().contains(held.host_port))
        Consider(held.host_port, nullptr);
    }
    RestOfRanges();
    RestOfMap(kForwardMap, in_.view.forwards, plan_.changes.forwards);
    if (in_.own && !in_.drop_localhost) RestOfMap(kLocalhostMap, in_.view.localhost, plan_.changes.localhost);
    return Finish();
  }

  ElementPlan Touched() {
    for (const LedgerEntry& entry : in_.touched.entries) {
      if (in_.own && entry.prefix.family() == family_) Consider(entry);
    }
    for (const Prefix& prefix : in_.touched.prefixes) Consider(prefix);
    for (const HostPort& key : in_.touched.ports) Consider(key, ForwardAt(key));
    if (&in_.touched != &in_.edited) ShowWhatOthersLeft();
    return Finish();
  }

  bool IsTaken(const HostPort& key) const {
    const auto there = in_.view.forwards.entries.find(key);
    const Wanted wanted = TargetOf(ForwardAt(key));
    return wanted && there != in_.view.forwards.entries.end() && there->second != *wanted &&
           !IsDeletable(key, there->second, wanted);
  }

 private:
  using Wanted = std::optional<HeldTarget>;

  // --- the ledger ---

  // What somebody else put into the ledger is in nobody's way but that of the owner whose place it has. Of
  // one of layout 1 everything is written again, for which everything in it has to be understood.
  void PlanLedger() {
    const FamilyView& view = in_.view;
    const SetShape& shape = view.old_ledger ? OldOwnersShape(family_) : OwnersShape(family_);
    plan_.changes.new_ledger = view.old_ledger;
    if (view.old_ledger && !exclusive_) {
      if (!view.junk.empty()) {
        const Junk& junk = view.junk.begin()->second;
        plan_.obstacle = LedgerConflict(in_.table, Line(kOwnersSet, shape, junk.element), junk.reason);
      } else if (view.unknown_junk) {
        plan_.obstacle =
            LedgerConflict(in_.table, "", "it has a timeout, or its key or data is longer than natplan's");
      }
    } else if (!view.old_ledger) {
      plan_.changes.flush_ledger = exclusive_ && view.unknown_junk;
      for (const auto& [key, junk] : view.junk) {
        if (!takes_unowned_) {
          Show(kOwnersSet, shape, junk.element);
        } else if (!plan_.changes.flush_ledger) {
          plan_.changes.ledger_deletes.push_back(junk.element);
        }
      }
      for (const auto& [key, rival] : view.rivals) {
        if (exclusive_ && !plan_.changes.flush_ledger)
          plan_.changes.ledger_deletes.push_back(ToElement(rival.entry, rival.owner));
      }
      if (view.unknown_junk && !exclusive_) ShowUnknown(kOwnersSet);
    }
    for (const LedgerEntry& entry : in_.want.masquerades()) {
      if (entry.prefix.family() == family_) Consider(entry);
    }
    for (const LedgerEntry& entry : view.entries) {
      if (!in_.want.masquerades().contains(entry)) Consider(entry);
    }
  }

  void Consider(const LedgerEntry& entry) {
    const bool wanted = in_.want.masquerades().contains(entry);
    const bool emptied = plan_.changes.flush_ledger || plan_.changes.new_ledger;
    const bool present = in_.view.entries.contains(entry) && !emptied;
    if (wanted && !present) {
      if (emptied || ClearPlaceOf(entry))
        plan_.changes.ledger_adds.push_back({entry, in_.want.OwnerOf(entry)});
    } else if (!wanted && present) {
      plan_.changes.ledger_deletes.push_back(ToElement(entry, in_.view.names.at(entry.owner)));
    }
    ReleaseUnlessMine(entry.prefix);
  }

  // Makes room for an entry where somebody changed its comment. False: it is the entry of another owner,
  // whose name has the same hash.
  bool ClearPlaceOf(const LedgerEntry& entry) {
    if (in_.view.junk.empty() && in_.view.rivals.empty()) return true;
    const Owner& owner = in_.want.OwnerOf(entry);
    const Element ours = ToElement(entry, owner);
    const auto rival = in_.view.rivals.find(ours.key);
    if (rival != in_.view.rivals.end() && !exclusive_) {
      Error error = SameHash(owner, rival->second.owner);
      error.operation = Line(kOwnersSet, OwnersShape(family_), ours);
      AddConflict(in_.edited.entries.contains(entry), std::move(error));
      return false;
    }
    const auto junk = in_.view.junk.find(ours.key);
    if (junk != in_.view.junk.end() && !takes_unowned_)
      plan_.changes.ledger_deletes.push_back(junk->second.element);
    return true;
  }

  // --- the set of prefixes ---

  // Whether this context wants it for an owner of its own. In natplan's own table the others' are wanted too,
  // but they are not ours to take away.
  bool IsMine(const Prefix& prefix) const {
    if (!in_.own) return true;
    const SortedSet<LedgerEntry>& all = in_.want.masquerades();
    for (auto at = all.lower_bound(LedgerEntry{prefix}); at != all.end() && at->prefix == prefix; ++at) {
      if (in_.mine.contains(in_.want.OwnerOf(*at))) return true;
    }
    return false;
  }

  void ReleaseUnlessMine(const Prefix& prefix) {
    if (!in_.held.prefixes.contains(prefix)) return;
    const bool mine = in_.want.prefixes().contains(prefix) && IsMine(prefix);
    if (!mine) plan_.changes.released_prefixes.push_back(prefix);
  }

  bool IsRecorded(const Prefix& prefix) const { return in_.own && HasPrefix(in_.view.entries, prefix); }

  // Whether a prefix that is recorded, of whatever owner, begins there.
  bool BeginsRecorded(const Address& first) const {
    for (int length = AddressBits(family_); length >= 0; --length) {
      const auto prefix = Prefix::Make(first, length);
      if (!prefix || prefix->network() != first) return false;  // it and the wider ones begin before
      if (IsRecorded(*prefix)) return true;
    }
    return false;
  }

  void Consider(const Prefix& prefix) {
    if (prefix.family() != family_) return;
    const bool wanted = in_.want.prefixes().contains(prefix);
    const bool present = in_.view.Holds(prefix) && !plan_.changes.flush_ranges;
    const bool held = in_.held.prefixes.contains(prefix);
    ReleaseUnlessMine(prefix);
    if (wanted) {
      if (!present) plan_.changes.range_adds.push_back(prefix);
      if (present && !held && IsMine(prefix)) plan_.changes.held_prefixes.push_back(prefix);
      return;
    }
    const bool ours = held || IsRecorded(prefix);
    if (present && (takes_unowned_ || ours)) {
      Delete(ToRange(prefix));
    } else if (ours) {
      DeleteOpenStart(prefix);
    }
  }

  // Where somebody took a part of ours, what is left of it goes as well; what is wanted comes again whole.
  // Nodes in ascending order: the kernel deletes an end only behind the start below it.
  void DeleteOwnBrokenRanges() {
    if (in_.view.broken.empty()) return;
    std::set<Element> own;
    const auto insert = [&](const Prefix& prefix) {
      if (prefix.family() != family_) return;
      const Element range = ToElement(prefix);
      own.insert({.kind = ElementKind::kStart, .key = range.key});
      own.insert({.kind = ElementKind::kEnd, .key = range.end});
    };
    for (const Prefix& prefix : in_.held.prefixes) insert(prefix);
    for (const LedgerEntry& entry : in_.view.entries) insert(entry.prefix);
    for (const BrokenRange& broken : in_.view.broken) {
      if (!std::ranges::all_of(broken.nodes, [&](const Element& node) { return own.contains(node); }))
        continue;
      plan_.changes.range_deletes.insert(plan_.changes.range_deletes.end(), broken.nodes.begin(),
                                         broken.nodes.end());
      deleted_.insert(broken.covers);
    }
  }

  // A prefix that is recorded, or will be.
  bool IsSomebodys(const AddressRange& range) const {
    const auto prefix = ToPrefix(range);
    return prefix && (HasPrefix(in_.view.entries, *prefix) || in_.want.IsRegistered(*prefix));
  }

  // Our start whose end was taken away reaches to the top of the address space, unless that is what another
  // prefix wants.
  void DeleteOpenStart(const Prefix& prefix) {
    const auto there = in_.view.ranges.find(prefix.network());
    if (plan_.changes.flush_ranges || there == in_.view.ranges.end() || there->end) return;
    const AddressRange open{there->first, std::nullopt};
    const auto is_open = [&](const Prefix& other) { return ToRange(other) == open; };
    if (IsDeleted(open) || std::ranges::any_of(in_.want.prefixes(), is_open)) return;
    Delete(open);
  }

  // Others' changes are among what was touched, and what they put there that nobody wants stays.
  void ShowWhatOthersLeft() {
    for (const Prefix& prefix : in_.touched.prefixes) {
      const AddressRange range = ToRange(prefix);
      const bool left = prefix.family() == family_ && in_.view.Holds(prefix) && !IsDeleted(range);
      if (left && !in_.want.prefixes().contains(prefix))
        Show(kMasqueradeSet, MasqueradeShape(family_), ToElement(range));
    }
    for (const HostPort& key : in_.touched.ports) {
      const auto there = in_.view.forwards.entries.find(key);
      if (there == in_.view.forwards.entries.end() || in_.want.forwards().contains(key)) continue;
      const HeldTarget& held = there->second;
      if (held.owner.empty() && !IsDeletable(key, held, {}))
        Show(kForwardMap, ForwardShape(family_), ToElement(MapEntry{key, held.to, held.owner}));
    }
  }

  // What nobody wants: removed or shown.
  void RestOfRanges() {
    auto prefix = in_.want.prefixes().begin();
    for (const AddressRange& range : in_.view.ranges) {
      while (prefix != in_.want.prefixes().end() &&
             (prefix->family() != family_ || prefix->network() < range.first))
        ++prefix;
      if (prefix != in_.want.prefixes().end() && ToRange(*prefix) == range) continue;
      if (IsDeleted(range) || plan_.changes.flush_ranges) continue;
      if (takes_unowned_ || (in_.own && IsSomebodys(range))) {
        Delete(range);
      } else {
        Show(kMasqueradeSet, MasqueradeShape(family_), ToElement(range));
      }
    }
    if (plan_.changes.flush_ranges) return;
    for (const BrokenRange& broken : in_.view.broken) {
      if (!IsDeleted(broken.covers)) Show(kMasqueradeSet, MasqueradeShape(family_), ToElement(broken.covers));
    }
    if (in_.view.unknown_ranges) ShowUnknown(kMasqueradeSet);
  }

  // --- the maps ---

  // Null: nobody wants one there.
  const DesiredState::OwnedForward* ForwardAt(const HostPort& key) const {
    const auto wanted = in_.want.forwards().find(key);
    return wanted == in_.want.forwards().end() ? nullptr : &wanted->second;
  }

  Wanted TargetOf(const DesiredState::OwnedForward* forward) const {
    if (forward == nullptr) return {};
    return HeldTarget{forward->to, in_.own ? forward->owner.name() : std::string()};
  }

  // Whether what stands at a port may be taken away. In natplan's own table the owner beside it decides; what
  // has none is no work of natplan's, and with the target that is wanted it becomes ours.
  bool IsDeletable(const HostPort& key, const HeldTarget& there, const Wanted& wanted) const {
    if (exclusive_) return true;
    if (!in_.own) return takes_unowned_ || in_.held.forwards.contains(HeldForward{key, there.to});
    if (!there.owner.empty()) return in_.mine.ContainsName(there.owner);
    return takes_unowned_ || (wanted && wanted->to == there.to);
  }

  // `forward`: the one that is wanted there, or null.
  void Consider(const HostPort& key, const DesiredState::OwnedForward* forward) {
    if (key.family != family_) return;
    const Wanted wanted = TargetOf(forward);
    auto held = in_.held.forwards.lower_bound(key);
    for (; held != in_.held.forwards.end() && held->host_port == key; ++held) {
      if (!wanted || wanted->to != held->to) plan_.changes.released_entries.push_back(*held);
    }
    const Finding finding =
        ConsiderEntry(kForwardMap, in_.view.forwards, plan_.changes.forwards, key, wanted);
    if (finding == Finding::kAsWanted && !in_.held.forwards.contains(HeldForward{key, wanted->to}))
      plan_.changes.adopted_entries.push_back({key, wanted->to});
    if (!in_.own || in_.drop_localhost) return;
    const bool local = forward != nullptr && forward->localhost && finding != Finding::kTaken;
    (void)ConsiderEntry(kLocalhostMap, in_.view.localhost, plan_.changes.localhost, key,
                        TargetOf(local ? forward : nullptr));
  }

  enum class Finding { kAsWanted, kChanged, kTaken };

  Finding ConsiderEntry(const char* map, const MapView& view, MapChanges& changes, const HostPort& key,
                        const Wanted& wanted) {
    const auto present = changes.flush ? view.entries.end() : view.entries.find(key);
    if (present != view.entries.end()) {
      const HeldTarget& there = present->second;
      if (wanted && *wanted == there) return Finding::kAsWanted;
      if (!IsDeletable(key, there, wanted)) {
        if (wanted) {
          AddConflict(in_.edited.ports.contains(key),
                      PortConflict(in_.table, in_.own, map, {key, wanted->to}, there));
        }
        return wanted ? Finding::kTaken : Finding::kChanged;
      }
      changes.deletes.push_back(ToElement(EntryOf(key, there)));
    }
    if (wanted) changes.adds.push_back({key, wanted->to, wanted->owner});
    return Finding::kChanged;
  }

  // What nobody here wants: removed or shown. Another owner's is neither.
  void RestOfMap(const char* name, const MapView& view, MapChanges& changes) {
    if (changes.flush) return;
    for (const auto& [key, there] : view.entries) {
      // What is wanted or held at this port has been considered.
      if (in_.want.forwards().contains(key)) continue;
      const bool deletable = IsDeletable(key, there, {});
      const bool considered = in_.held.forwards.contains(key);
      const Element element = ToElement(EntryOf(key, there));
      if (deletable && !considered) changes.deletes.push_back(element);
      if (!deletable && there.owner.empty()) Show(name, ForwardShape(family_), element);
    }
    for (const Element& element : view.others) {
      if (takes_unowned_) {
        changes.deletes.push_back(element);
      } else {
        Show(name, ForwardShape(family_), element);
      }
    }
    if (view.unknown) ShowUnknown(name);
  }

  // --- what is left of both ---

  ElementPlan Finish() {
    // In whichever order it was looked at: the same change is the same transaction.
    for (MapChanges* const map : {&plan_.changes.forwards, &plan_.changes.localhost})
      std::ranges::sort(map->deletes, {}, &Element::key);
    std::ranges::sort(plan_.changes.range_adds);
    // What stays in the set must not overlap what comes.
    std::erase_if(plan_.changes.range_adds, [&](const Prefix& prefix) { return !ClearWayFor(prefix); });
    std::ranges::copy_if(plan_.changes.range_adds, std::back_inserter(plan_.changes.held_prefixes),
                         [&](const Prefix& prefix) { return IsMine(prefix); });
    return std::move(plan_);
  }

  // Whether the prefix can be added. A part of it that somebody broke off is deleted first; anything foreign
  // in its place is a conflict.
  bool ClearWayFor(const Prefix& prefix) {
    if (plan_.changes.flush_ranges) return true;
    const AddressRange wanted = ToRange(prefix);
    auto at = in_.view.ranges.upper_bound(wanted.first);
    if (at != in_.view.ranges.begin()) --at;
    for (; at != in_.view.ranges.end() && (!wanted.end || at->first < *wanted.end); ++at) {
      const AddressRange there = *at;
      if (!there.Overlaps(wanted) || IsDeleted(there)) continue;
      // Our start whose end was taken away: to the kernel it reaches to the top of the address space.
      const bool held = there.first == wanted.first && in_.held.prefixes.contains(prefix);
      const bool ours = !there.end && (held || BeginsRecorded(there.first));
      if (!takes_unowned_ && !ours) return Conflicts(prefix, there);
      Delete(there);
    }
    for (const BrokenRange& broken : in_.view.broken) {
      if (broken.covers.Overlaps(wanted) && !IsDeleted(broken.covers))
        return Conflicts(prefix, broken.covers);
    }
    return true;
  }

  void Delete(const AddressRange& range) {
    plan_.changes.range_deletes.push_back(ToElement(range));
    deleted_.insert(range);
  }
  bool IsDeleted(const AddressRange& range) const { return deleted_.contains(range); }

  std::string Line(const char* set, const SetShape& shape, const Element& element) const {
    return ElementLine(in_.table, set, shape, element);
  }
  void Show(const char* set, const SetShape& shape, const Element& element) {
    plan_.foreign.push_back(Line(set, shape, element));
  }

  void ShowUnknown(const char* set) {
    plan_.foreign.push_back("elements of " + std::string(set) + " in table " + TableText(in_.table) +
                            " that natplan does not know");
  }

  bool Conflicts(const Prefix& prefix, const AddressRange& there) {
    if (!IsMine(prefix)) return false;  // its owner will be told
    AddConflict(in_.edited.asked.contains(prefix), RangeConflict(in_.table, in_.own, prefix, there));
    return false;
  }
  void AddConflict(bool edited, Error error) {
    error.code = ErrorCode::kConflict;
    error.errno_value = EEXIST;
    if (error.ours.empty()) error.ours = error.operation;
    error.operation = "add " + error.operation;
    plan_.conflicts.push_back({edited, std::move(error)});
  }

  ElementPlanInput in_;
  Family family_;
  bool exclusive_;
  bool takes_unowned_;
  ElementPlan plan_;
  std::set<AddressRange> deleted_;
};

}  // namespace

ElementPlan PlanAllElements(const ElementPlanInput& input) { return Planner(input).All(); }

ElementPlan PlanTouchedElements(const ElementPlanInput& input) { return Planner(input).Touched(); }

bool IsTaken(const ElementPlanInput& input, const HostPort& key) { return Planner(input).IsTaken(key); }

}  // namespace natplan
