// (snapshot or mirror, desired state, scope) -> transaction. Pure.
#ifndef NATPLAN_CORE_PLAN_PLANNER_H_
#define NATPLAN_CORE_PLAN_PLANNER_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/plan/element_plan.h"
#include "core/plan/skeleton_plan.h"
#include "core/values/per_family.h"

namespace natplan {

struct Plan {
  Transaction transaction = {};
  PerFamily<ElementChanges> changes = {};           // what of it are elements
  PerFamily<std::vector<Operation>> skeleton = {};  // what of it comes before the elements
  bool remakes = false;                             // a table is deleted and made again with everything in it
  PerFamily<bool> touches = {};                     // the transaction has operations of it
  PerFamily<bool> compared = {};                    // everything of its table, the skeleton included
  // Of a table that was compared with a snapshot: whether somebody wants localhost.
  PerFamily<std::optional<bool>> localhost = {};
  std::vector<Conflict> conflicts = {};
  std::vector<std::string> foreign = {};           // elements that are left alone, in nft syntax
  std::vector<std::string> foreign_skeleton = {};  // the same of chains, rules and sets
  std::optional<Error> obstacle = {};              // nothing can be planned before this is out of the way
  bool continues = false;  // once this is committed there is more to plan, from a new snapshot
};

struct PlanInput {
  const Layout& layout;
  Scope scope;  // any but kApply
  const DesiredState& want;
  const PerFamily<Held>& held;
  const DesiredState::Touched& edited;   // by this call
  const DesiredState::Touched& touched;  // what a plan from a view looks at: `edited`, and what else changed
  const std::set<Family>& without;       // families that this kernel does not support
  const OwnerSet& mine;                  // the owners that this context speaks for
  // The call names something of it, or replaces all that an owner wants.
  PerFamily<bool> asked = {};
  bool force = false;  // kExclusive in another program's table, too
};

// What is to be read for a plan.
ReadRequest RequestFor(const Layout& layout);

KernelView ViewOf(const Layout& layout, const Snapshot& snapshot);

// What kApply comes to: kExclusive in a table of natplan's own that was made before there was a ledger and in
// which nobody is recorded, otherwise kOwn.
Scope Resolve(Scope scope, const Layout& layout, const KernelView& view);

// From a snapshot: everything is compared. A table is created only if something of its family is wanted; one
// that is there is kept, and in scope kOwn not touched unless this context wants or holds something in it.
Plan PlanFromSnapshot(const PlanInput& input, const Snapshot& snapshot, const KernelView& view);

// From a part of a snapshot that is enough (core/plan/part.h): of the tables in it, what is `touched`, if
// nothing of their skeletons is to be repaired.
std::optional<Plan> PlanFromPart(const PlanInput& input, const Snapshot& snapshot, const KernelView& view);

// From the mirror of a kernel in which everything but what the call touched is in place.
Plan PlanFromView(const PlanInput& input, const KernelView& view);

// Once more, after others changed elements and nothing else: `before`, which does not remake, has what is to
// be done about the skeletons, and all elements are compared. `localhost` is that of the last plan from a
// snapshot. None: what serves localhost is to come or to go now, for which a snapshot is needed. Scope kOwn.
std::optional<Plan> PlanAgain(const PlanInput& input, const KernelView& view,
                              const PerFamily<std::optional<bool>>& localhost, Plan&& before);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_PLANNER_H_
