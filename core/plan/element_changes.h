// A planned change of one family's sets and maps: as operations, and what it leaves behind.
#ifndef NATPLAN_CORE_PLAN_ELEMENT_CHANGES_H_
#define NATPLAN_CORE_PLAN_ELEMENT_CHANGES_H_

#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/ledger.h"
#include "core/values/prefix_union.h"
#include "core/values/sorted_set.h"

namespace natplan {

struct HeldForward {
  HostPort host_port;
  Endpoint to;
  friend constexpr auto operator<=>(const HeldForward&, const HeldForward&) = default;
  friend constexpr auto operator<=>(const HeldForward& a, const HostPort& b) { return a.host_port <=> b; }
};

// What this context put into the kernel, or may have put there (an outcome that stayed unknown).
struct Held {
  PrefixSet prefixes = {};
  SortedSet<HeldForward> forwards = {};  // several at one host port after an outcome that stayed unknown
};

struct MapChanges {
  bool flush = false;  // elements that cannot be named one by one: empty the map, add again what is wanted
  std::vector<Element> deletes = {};
  std::vector<MapEntry> adds = {};
};

struct ElementChanges {
  bool flush_ranges = false;  // nodes that do not pair: empty the set, add again what is wanted
  std::vector<Element> range_deletes = {};
  std::vector<Prefix> range_adds = {};  // ascending
  MapChanges forwards = {};
  MapChanges localhost = {};
  bool localhost_gone = false;  // the map itself is deleted
  bool flush_ledger = false;
  bool new_ledger = false;  // its set has just been made: everything in it is to be written
  std::vector<Element> ledger_deletes = {};
  std::vector<OwnedEntry> ledger_adds = {};
  // Held from now on: what is added for this context's owners, and what they want and the kernel has already.
  std::vector<Prefix> held_prefixes = {};
  // The same, without `forwards.adds`.
  std::vector<HeldForward> adopted_entries = {};
  // Held and not wanted any more, whether or not the kernel still has it.
  std::vector<Prefix> released_prefixes = {};
  std::vector<HeldForward> released_entries = {};
};

// The operations that carry the changes out: deletes, then adds in ascending order. With `exclusive_adds` the
// kernel refuses an element that is there already.
std::vector<Operation> ToOperations(const TableId& table, const ElementChanges& changes, bool exclusive_adds);

// What a mark added, so that it can be taken back.
struct HeldMark {
  std::vector<Prefix> prefixes = {};
  std::vector<HeldForward> entries = {};
};

// Before the changes are sent: from now on what they add may be in the kernel. If it throws, nothing is
// marked.
HeldMark MarkHeld(const ElementChanges& changes, Held& held);
// They were refused, or never sent.
void Unmark(const HeldMark& mark, Held& held) noexcept;
// They were committed, or there was nothing to commit.
void Release(const ElementChanges& changes, Held& held) noexcept;
// They were committed: what the kernel holds now.
void ApplyTo(FamilyView& view, const ElementChanges& changes, Family family);

// The operations that put everything that the view holds into an empty table.
std::vector<Operation> ContentOf(const TableId& table, const FamilyView& view);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_ELEMENT_CHANGES_H_
