// What is made of a snapshot or of changes once they are decoded: the view, and plans in every scope.
#ifndef NATPLAN_FUZZ_PLANNING_H_
#define NATPLAN_FUZZ_PLANNING_H_

#include <vector>

#include "core/plan/layout.h"
#include "core/values/change.h"
#include "core/values/snapshot.h"

namespace natplan::fuzzing {

// natplan's own table, and one of the origin's layout.
const std::vector<Layout>& Layouts();

// Plans what two owners want beside whatever the snapshot holds, once for each scope, and prints it.
void PlanAll(const Layout& layout, const Snapshot& snapshot);

// Follows the changes from a table that holds `before`, and plans from what the view has become.
void FollowAll(const Layout& layout, const Snapshot& before, const std::vector<Change>& changes);

// The tables of the layout as the kernel has them, without an element.
Snapshot EmptyTables(const Layout& layout);

}  // namespace natplan::fuzzing

#endif  // NATPLAN_FUZZ_PLANNING_H_
