// What has to change in the set and the map of one family.
#ifndef NATPLAN_CORE_PLAN_ELEMENT_PLAN_H_
#define NATPLAN_CORE_PLAN_ELEMENT_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "core/plan/element_changes.h"
#include "core/values/desired_state.h"
#include "core/values/error.h"

namespace natplan {

// What may be removed.
enum class Scope {
  kOwn,        // what the owners of this context added
  kApply,      // the same; in a table from before there were owners, everything that is not wanted
  kAdopt,      // the same, and what no owner is recorded for
  kExclusive,  // everything that is not wanted
};

// Something foreign stands where we want something else.
struct Conflict {
  bool edited = false;  // about something that this call asked for, rather than something held for longer
  Error error = {};
};

struct ElementPlan {
  ElementChanges changes = {};
  std::vector<Conflict> conflicts = {};
  std::vector<std::string> foreign = {};  // elements beyond the wish that are left alone, in nft syntax
  std::optional<Error> obstacle = {};     // the ledger cannot be read
};

struct ElementPlanInput {
  TableId table;
  bool own;  // natplan's own table, with a ledger
  const FamilyView& view;
  const DesiredState& want;
  const Held& held;
  const DesiredState::Touched& edited;   // by this call
  const DesiredState::Touched& touched;  // what PlanTouchedElements() looks at
  Scope scope;                           // any but kApply
  const OwnerSet& mine;                  // the owners that this context speaks for
  bool drop_localhost;                   // the localhost map goes with everything in it
};

// Looks at everything. Used after a snapshot was read.
ElementPlan PlanAllElements(const ElementPlanInput& input);
// Looks at what was touched, the rest being in place already: the cost does not depend on how much is held.
ElementPlan PlanTouchedElements(const ElementPlanInput& input);
// Whether the port is wanted, and somebody else holds and keeps it.
bool IsTaken(const ElementPlanInput& input, const HostPort& key);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_ELEMENT_PLAN_H_
