#include "core/plan/element_plan.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "core/text/element_text.h"

namespace natplan {
namespace {

class Planner {
 public:
  explicit Planner(const ElementPlanInput& input)
      : in_(input), family_(input.table.family), exclusive_(input.scope == Scope::kExclusive) {}

  ElementPlan All() {
    plan_.changes.flush_ranges = exclusive_ && (!in_.view.broken.empty() || in_.view.unknown_ranges);
    plan_.changes.flush_entries = exclusive_ && in_.view.unknown_entries;
    if (!exclusive_) DeleteOwnBrokenRanges();
    for (const Prefix& prefix : in_.want.prefixes()) Consider(prefix);
    for (const Prefix& prefix : in_.held.prefixes) {
      if (!in_.want.prefixes().contains(prefix)) Consider(prefix);
    }
    for (const auto& [key, forward] : in_.want.forwards()) Consider(key);
    for (const auto& [key, targets] : in_.held.forwards) {
      if (!in_.want.forwards().contains(key)) Consider(key);
    }
    Rest();
    return Finish();
  }

  ElementPlan Touched() {
    for (const Prefix& prefix : in_.edited.prefixes) Consider(prefix);
    for (const HostPort& key : in_.edited.ports) Consider(key);
    return Finish();
  }

 private:
  void Consider(const Prefix& prefix) {
    if (prefix.family() != family_) return;
    const bool wanted = in_.want.prefixes().contains(prefix);
    const bool present = in_.view.Holds(prefix) && !plan_.changes.flush_ranges;
    const bool held = in_.held.prefixes.contains(prefix);
    if (!wanted && held) plan_.changes.released_prefixes.push_back(prefix);
    if (wanted && present && !held) plan_.changes.adopted_prefixes.push_back(prefix);
    if (wanted && !present) {
      plan_.changes.range_adds.push_back(prefix);
    } else if (!wanted && present && (exclusive_ || held)) {
      Delete(ToRange(prefix));
    } else if (!wanted && held) {
      DeleteOpenStart(prefix);
    }
  }

  // Where somebody took a part of ours, what is left of it goes as well; what is wanted comes again whole.
  // Nodes in ascending order: the kernel deletes an end only behind the start below it.
  void DeleteOwnBrokenRanges() {
    if (in_.view.broken.empty()) return;
    std::set<Element> own;
    for (const Prefix& prefix : in_.held.prefixes) {
      if (prefix.family() != family_) continue;
      const Element range = ToElement(prefix);
      own.insert({.kind = ElementKind::kStart, .key = range.key});
      own.insert({.kind = ElementKind::kEnd, .key = range.end});
    }
    for (const BrokenRange& broken : in_.view.broken) {
      if (!std::ranges::all_of(broken.nodes, [&](const Element& node) { return own.contains(node); }))
        continue;
      plan_.changes.range_deletes.insert(plan_.changes.range_deletes.end(), broken.nodes.begin(),
                                         broken.nodes.end());
      deleted_.insert(broken.covers);
    }
  }

  // Our start whose end was taken away reaches to the top of the address space, unless that is what another
  // prefix wants.
  void DeleteOpenStart(const Prefix& prefix) {
    const auto there = in_.view.ranges.find(prefix.network());
    if (plan_.changes.flush_ranges || there == in_.view.ranges.end() || there->second) return;
    const AddressRange open{there->first, std::nullopt};
    const auto is_open = [&](const Prefix& other) { return ToRange(other) == open; };
    if (IsDeleted(open) || std::ranges::any_of(in_.want.prefixes(), is_open)) return;
    Delete(open);
  }

  void Consider(const HostPort& key) {
    if (key.family != family_) return;
    const auto wanted = in_.want.forwards().find(key);
    const auto present = plan_.changes.flush_entries ? in_.view.forwards.end() : in_.view.forwards.find(key);
    const auto held = in_.held.forwards.find(key);
    if (held != in_.held.forwards.end()) {
      for (const Endpoint& to : held->second) {
        if (wanted == in_.want.forwards().end() || wanted->second.to != to) {
          plan_.changes.released_entries.push_back({key, to});
        }
      }
    }
    if (present != in_.view.forwards.end()) {
      const Endpoint& there = present->second;
      if (wanted != in_.want.forwards().end() && wanted->second.to == there) {
        if (!in_.held.Holds(key, there)) plan_.changes.adopted_entries.push_back({key, there});
        return;
      }
      if (!exclusive_ && !in_.held.Holds(key, there)) {
        if (wanted != in_.want.forwards().end()) Conflicts(key, wanted->second.to, there);
        return;
      }
      plan_.changes.entry_deletes.push_back(ToElement(key, there));
    }
    if (wanted != in_.want.forwards().end()) plan_.changes.entry_adds.push_back({key, wanted->second.to});
  }

  // What nobody here wants or holds: removed or shown.
  void Rest() {
    auto prefix = in_.want.prefixes().begin();
    for (const auto& [first, end] : in_.view.ranges) {
      while (prefix != in_.want.prefixes().end() &&
             (prefix->family() != family_ || prefix->network() < first))
        ++prefix;
      const AddressRange range{first, end};
      if (prefix != in_.want.prefixes().end() && ToRange(*prefix) == range) continue;
      if (IsDeleted(range)) continue;
      if (!exclusive_) {
        Show(kMasqueradeSet, MasqueradeShape(family_), ToElement(range));
      } else if (!plan_.changes.flush_ranges) {
        Delete(range);
      }
    }
    if (plan_.changes.flush_entries) return;
    for (const auto& [key, to] : in_.view.forwards) {
      // What is wanted or held at this port has been considered.
      if (in_.want.forwards().contains(key) || in_.held.Holds(key, to)) continue;
      if (exclusive_ && in_.held.forwards.contains(key)) continue;
      RemoveOrShowEntry(ToElement(key, to));
    }
    for (const Element& element : in_.view.other_entries) RemoveOrShowEntry(element);
    if (exclusive_) return;
    for (const BrokenRange& broken : in_.view.broken) {
      if (!IsDeleted(broken.covers)) Show(kMasqueradeSet, MasqueradeShape(family_), ToElement(broken.covers));
    }
    if (in_.view.unknown_ranges) ShowUnknown(kMasqueradeSet);
    if (in_.view.unknown_entries) ShowUnknown(kForwardMap);
  }

  void RemoveOrShowEntry(const Element& element) {
    if (exclusive_) {
      plan_.changes.entry_deletes.push_back(element);
    } else {
      Show(kForwardMap, ForwardShape(family_), element);
    }
  }

  ElementPlan Finish() {
    std::ranges::sort(plan_.changes.range_adds);
    // What stays in the set must not overlap what comes.
    std::erase_if(plan_.changes.range_adds, [&](const Prefix& prefix) { return !ClearWayFor(prefix); });
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
      const AddressRange there{at->first, at->second};
      if (!there.Overlaps(wanted) || IsDeleted(there)) continue;
      // Our start whose end was taken away: to the kernel it reaches to the top of the address space.
      const bool ours = in_.held.prefixes.contains(prefix) && there.first == wanted.first && !there.end;
      if (!exclusive_ && !ours) return Conflicts(prefix, there);
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
    return "element " + std::string(Name(family_)) + " " + in_.table.name + " " + set + " { " +
           ElementText(shape, element) + " }";
  }
  void Show(const char* set, const SetShape& shape, const Element& element) {
    plan_.foreign.push_back(Line(set, shape, element));
  }

  void ShowUnknown(const char* set) {
    plan_.foreign.push_back("elements of " + std::string(set) + " in table " + std::string(Name(family_)) +
                            " " + in_.table.name + " that natplan does not know");
  }

  bool Conflicts(const Prefix& prefix, const AddressRange& there) {
    const std::string theirs = Line(kMasqueradeSet, MasqueradeShape(family_), ToElement(there));
    AddConflict(in_.edited.asked.contains(prefix),
                Line(kMasqueradeSet, MasqueradeShape(family_), ToElement(prefix)), theirs,
                "another program holds addresses of " + prefix.ToString());
    return false;
  }
  void Conflicts(const HostPort& key, const Endpoint& ours, const Endpoint& theirs) {
    AddConflict(in_.edited.ports.contains(key),
                Line(kForwardMap, ForwardShape(family_), ToElement(key, ours)),
                Line(kForwardMap, ForwardShape(family_), ToElement(key, theirs)),
                "another program forwards " + ToString(key) + " already");
  }
  void AddConflict(bool edited, const std::string& ours, const std::string& theirs, const std::string& what) {
    plan_.conflicts.push_back(
        {edited,
         {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .operation = "add " + ours,
          .ours = ours,
          .theirs = theirs,
          .text = what + "; if nobody needs that any more, remove it with: nft delete " + theirs}});
  }

  ElementPlanInput in_;
  Family family_;
  bool exclusive_;
  ElementPlan plan_;
  std::set<AddressRange> deleted_;
};

}  // namespace

ElementPlan PlanAllElements(const ElementPlanInput& input) { return Planner(input).All(); }

ElementPlan PlanTouchedElements(const ElementPlanInput& input) { return Planner(input).Touched(); }

}  // namespace natplan
