// What the sets, maps and rules of a table hold, paired and decoded: what is planned from.
#ifndef NATPLAN_CORE_PLAN_KERNEL_VIEW_H_
#define NATPLAN_CORE_PLAN_KERNEL_VIEW_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/address_range.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"
#include "core/values/desired_state.h"
#include "core/values/owner_set.h"
#include "core/values/per_family.h"
#include "core/values/snapshot.h"
#include "core/values/sorted_set.h"

namespace natplan {

// Nodes that do not pair to start and end: two starts in a row, or an end with no start below it.
struct BrokenRange {
  AddressRange covers;  // an end alone reaches down to the node below it: the kernel takes no end between
  std::vector<Element> nodes = {};
};

// A target, and the owner that is recorded with it: the element's comment; empty: nobody. A comment that is
// no owner's name is kept as a note.
struct HeldTarget {
  Endpoint to;
  std::string owner = {};
  std::string note = {};
  friend bool operator==(const HeldTarget&, const HeldTarget&) = default;
};

inline MapEntry EntryOf(const HostPort& key, const HeldTarget& held) {
  return {key, held.to, held.owner, held.note};
}

// What a map from host ports to targets holds.
struct MapView {
  std::map<HostPort, HeldTarget> entries = {};
  std::vector<Element> others = {};  // elements that natplan does not write
  bool unknown = false;  // there are elements that are not among these (SetSnapshot::other_elements)
};

// An element of the ledger that natplan does not write, and why it is none.
struct Junk {
  Element element;
  std::string reason;
};

struct FamilyView {
  bool exists = false;      // the table
  bool versioned = false;   // and its comment says that it has a ledger
  bool old_ledger = false;  // which is one of layout 1: its set is made again before anything is written
  SortedSet<AddressRange, ByFirst> ranges = {};
  std::vector<BrokenRange> broken = {};
  bool unknown_ranges = false;  // the set holds elements that are not among these
  MapView forwards = {};
  MapView localhost = {};  // of natplan's own table

  // The ledger.
  SortedSet<LedgerEntry> entries = {};
  OwnerNames names = {};  // of `entries`
  std::map<ElementKey, Junk> junk = {};
  std::map<ElementKey, OwnedEntry> rivals = {};  // of an owner whose name has the hash of one in `names`
  bool unknown_junk = false;                     // there is more, which cannot be named

  std::vector<DesiredState::OwnedMasquerade> interface_masquerades = {};

  bool Holds(const Prefix& prefix) const;
  // Whether the range is a prefix that the ledger has.
  bool IsRecorded(const AddressRange& range) const;
  // Whether anything in the table has an owner.
  bool HasOwners() const;
};

// What the ledger, the maps and the rules say that this owner wants.
std::vector<Intent> IntentsOf(const FamilyView& view, const Owner& owner);

// The nodes of an interval set, in any order, each once or more: two keys of a ReadRequest may be in one
// range. They have the set's shape (MasqueradeShape()).
void PairNodes(Family family, std::vector<Element> nodes, FamilyView& view);

// Of one table; null: it does not exist. Sets of another shape than the layout's are left out, and elements
// that have not their set's shape, which no kernel sends, count as unknown. Only natplan's
// own table has owners.
FamilyView ViewOf(const Layout& layout, Family family, const TableSnapshot* table);

using KernelView = PerFamily<FamilyView>;

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_KERNEL_VIEW_H_
