// Tables that are other programs' as a whole.
#ifndef NATPLAN_CORE_PLAN_FOREIGN_TABLE_H_
#define NATPLAN_CORE_PLAN_FOREIGN_TABLE_H_

#include <optional>

#include "core/values/error.h"
#include "core/values/snapshot.h"

namespace natplan {

// Why nobody is to empty or delete this table without being sure (kConflict, with what is in it); none if it
// may be. One that has not natplan's name is of the layout if it has the layout's set or map, and no chain of
// somebody else's in it has rules or policy drop; such a chain does something. An empty one is nobody's.
std::optional<Error> WhyForeign(const TableSnapshot& table);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_FOREIGN_TABLE_H_
