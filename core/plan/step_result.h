// What the first step of a repair leaves, for a plan that is not carried out.
#ifndef NATPLAN_CORE_PLAN_STEP_RESULT_H_
#define NATPLAN_CORE_PLAN_STEP_RESULT_H_

#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan {

// `snapshot` after the operations on chains, and the deletions of sets, that a first step has
// (SkeletonPlan::continues). Handles of what is new are 0.
Snapshot After(const Transaction& step, Snapshot snapshot);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_STEP_RESULT_H_
