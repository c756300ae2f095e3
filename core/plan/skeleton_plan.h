// What has to change in a table besides the elements that natplan writes: flags, chains, rules, sets.
#ifndef NATPLAN_CORE_PLAN_SKELETON_PLAN_H_
#define NATPLAN_CORE_PLAN_SKELETON_PLAN_H_

#include <optional>
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
};

// Plans one table; null: it does not exist. In scope kExclusive the table is to hold the layout and nothing
// else; in scope kOwn a foreign rule behind ours, a foreign chain or set stays.
SkeletonPlan PlanSkeleton(const TableId& id, const TableSnapshot* table, Scope scope);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_SKELETON_PLAN_H_
