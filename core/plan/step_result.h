// What the first step of a repair leaves, for a plan that is not carried out.
#ifndef NATPLAN_CORE_PLAN_STEP_RESULT_H_
#define NATPLAN_CORE_PLAN_STEP_RESULT_H_

#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan {

// `snapshot` after the operations on chains, and the deletions of sets, that a first step has
// (SkeletonPlan::continues). Handles of what is new are 0.
Snapshot After(const Transaction& step, Snapshot snapshot);

// Whether the table sleeps, and the first step does not wake it: then it is what the second step is about.
// Any other table is whole after the first.
bool IsLeftDormant(const Transaction& step, const Snapshot& snapshot, const TableId& id);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_STEP_RESULT_H_
