// What the kernel holds, known without reading it again.
#ifndef NATPLAN_CORE_PLAN_MIRROR_H_
#define NATPLAN_CORE_PLAN_MIRROR_H_

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/values/change.h"
#include "core/values/desired_state.h"
#include "core/values/error.h"
#include "core/values/per_family.h"

namespace natplan {

// Made from a snapshot, and kept true by what this context commits itself and by what it is told of others'
// commits.
struct Mirror {
  KernelView view;
  std::uint32_t generation;
  // Its skeleton was compared, or there is no table. Nobody looks at one of which nothing is wanted.
  PerFamily<bool> checked = {};
  // Of a skeleton that was looked at: whether it has what serves localhost, once the plan from the
  // snapshot is carried out.
  PerFamily<std::optional<bool>> localhost = {};
  // Something that is wanted stands not there, because somebody else has its place. Whether that is free
  // again, only a snapshot shows.
  bool lacking = false;

  // Whether a call that touched this can be planned without a snapshot.
  bool Suffices(const DesiredState& want, const DesiredState::Touched& edited,
                const std::set<Family>& without) const;
};

// The ledger tells owners apart by their hashes alone: an error if another one's name in it has the hash of
// one of `mine`.
std::optional<Error> SharedHash(const OwnerSet& mine, const KernelView& view);

// Carries what others committed since into the view, and what they touched into `touched`. Only elements of
// natplan's own sets and maps can be followed. False: something else was changed, or an element in a way that
// the view does not explain; then the view is of no use any more.
bool Follow(const Layout& layout, const std::vector<Change>& changes, KernelView& view,
            DesiredState::Touched& touched);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_MIRROR_H_
