// A change that stands alone (Request::alone) reads the skeleton of the table and what it touches, where that
// tells enough, instead of everything. What stands elsewhere in the table is neither compared nor repaired.
#ifndef NATPLAN_CORE_PLAN_PART_H_
#define NATPLAN_CORE_PLAN_PART_H_

#include <optional>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/values/desired_state.h"
#include "core/values/snapshot.h"

namespace natplan {

// What such a change has to read; none: everything. A forward needs its port. A masquerade needs what covers
// its first address, and what covers the one before it: the kernel takes another program's range around one
// that is there, if both have the same end or none, and then the end is not for natplan alone to take.
// One that comes needs what covers its last address too. The kernel refuses it if it covers a range that has
// an end, and then everything is read; one without an end, which the kernel would cut off, covers the last.
// One that goes needs the ledger: only that tells who else wants its addresses, and which narrower
// prefixes come back.
std::optional<ReadRequest> PartFor(const Layout& layout, const std::vector<Edit>& edits);

// Whether what was read for that tells enough.
bool IsEnough(const Layout& layout, const std::vector<Edit>& edits, const KernelView& view);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_PART_H_
