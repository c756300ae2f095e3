// What the kernel's set and map hold, paired and decoded: the mirror that a context plans against.
#ifndef NATPLAN_CORE_PLAN_KERNEL_VIEW_H_
#define NATPLAN_CORE_PLAN_KERNEL_VIEW_H_

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "core/plan/layout.h"
#include "core/values/snapshot.h"

namespace natplan {

// Addresses from `first` to one before `end`; without `end`, to the top of the address space.
struct AddressRange {
  Address first;
  std::optional<Address> end = {};

  bool Overlaps(const AddressRange& other) const;
  friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};

Address ToAddress(Family family, const ElementKey& key);
AddressRange ToRange(const Prefix& prefix);
Element ToElement(const AddressRange& range);

// Nodes that do not pair to start and end: two starts in a row, or an end with no start below it.
struct BrokenRange {
  AddressRange covers;  // an end alone reaches down to the node below it: the kernel takes no end between
  std::vector<Element> nodes = {};
};

struct FamilyView {
  bool exists = false;                                    // the table
  std::map<Address, std::optional<Address>> ranges = {};  // first -> end, disjoint
  std::vector<BrokenRange> broken = {};
  bool unknown_ranges =
      false;  // the set holds elements that are not among these (SetSnapshot::other_elements)
  std::map<HostPort, Endpoint> forwards = {};
  std::vector<Element> other_entries = {};  // elements of the map that natplan does not write
  bool unknown_entries = false;             // the map holds elements that are not among these

  bool Holds(const Prefix& prefix) const;
};

// The nodes of an interval set, in any order.
void PairNodes(Family family, const std::vector<Element>& nodes, FamilyView& view);

// Of one table; null: it does not exist. Sets of another shape than the layout's are left out.
FamilyView ViewOf(Family family, const TableSnapshot* table);

using KernelView = std::array<FamilyView, 2>;  // by Family

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_KERNEL_VIEW_H_
