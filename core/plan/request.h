// What a call asks for.
#ifndef NATPLAN_CORE_PLAN_REQUEST_H_
#define NATPLAN_CORE_PLAN_REQUEST_H_

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "core/values/desired_state.h"
#include "core/values/per_family.h"

namespace natplan {

// Edits in this order; or, with `replaced`, those that make this owner's intents equal to `intents`.
struct Request {
  std::vector<Edit> edits = {};
  std::optional<Owner> replaced = {};
  std::vector<Intent> intents = {};
  // What somebody else holds is not an error: it is reported as lost, and the rest is carried out.
  bool lenient = false;
  // The context keeps nothing of this call, nor of those before, and it reads no more than it has to
  // (core/plan/part.h). For a process that makes one change.
  bool alone = false;
};

// Those whose intents the call is about; without any, `otherwise`.
std::set<Owner> OwnersOf(const Request& request, const Owner& otherwise);

// Whether it only removes or looks.
bool WantsNothing(const Request& request);
// Whether the request names something of it, or replaces all that an owner wants.
PerFamily<bool> FamiliesOf(const Request& request);

// Gives `take` what has to be done to `state`, which it may do; removals come first where an owner's intents
// are replaced. False: it need not go on.
void ForEachEdit(const Request& request, const DesiredState& state,
                 const std::function<bool(const Edit& edit)>& take);

// What a context does with the entries that the kernel holds under a name that it begins to use: a process
// that used it before left them.
enum class Inheritance {
  kAdopt,  // they count as wanted, until they are removed or replaced
  kReset,  // they go with the first change
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_REQUEST_H_
