// What has to change in a table besides the elements that natplan writes: flags, chains, rules, sets.
#ifndef NATPLAN_CORE_PLAN_SKELETON_PLAN_H_
#define NATPLAN_CORE_PLAN_SKELETON_PLAN_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/plan/element_plan.h"

namespace natplan {

struct SkeletonPlan {
  std::vector<Operation> operations = {};
  std::vector<std::string> foreign = {};  // what stands in the table beyond the layout and is left alone
  std::optional<Error> obstacle = {};     // something that natplan does not repair by itself
  // The operations are the first of two steps: once they are committed, what is left is planned again.
  bool continues = false;
  // The table has no comment that says which layout it has, and holds nothing but natplan's: it is to be made
  // again as a whole, from `remake` and what its sets and maps are to hold. A comment cannot be given later.
  std::vector<Operation> remake = {};
};

// What is wanted in a table beyond what it always has. Of natplan's own table only.
struct ExtraWish {
  bool localhost = false;  // somebody wants localhost
  std::vector<DesiredState::OwnedMasquerade> interface_masquerades = {};
  // Their rules that are not wanted go; those of other owners stay.
  OwnerSet mine = {};
};

// Why natplan leaves the table alone, if its comment says that it has a layout that this version does not
// know. Any other comment is somebody else's and says nothing about the layout.
std::optional<Error> OtherVersion(const TableSnapshot& table);

// The same, or that a set of natplan's name has another shape: then nobody can tell what natplan has in
// there.
std::optional<Error> OtherLayout(const TableSnapshot& table);

// Plans one table; null: it does not exist. In scope kExclusive the table is to hold the layout and nothing
// else; in the others a foreign rule behind ours, a foreign chain or set stays.
SkeletonPlan PlanSkeleton(const TableId& id, const TableSnapshot* table, Scope scope,
                          const ExtraWish& wish = {});

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_SKELETON_PLAN_H_
