// What is said of elements that stand in the way of natplan's.
#ifndef NATPLAN_CORE_PLAN_ELEMENT_CONFLICT_H_
#define NATPLAN_CORE_PLAN_ELEMENT_CONFLICT_H_

#include <string>

#include "core/plan/kernel_view.h"
#include "core/values/error.h"
#include "core/values/operation.h"
#include "core/values/prefix.h"

namespace natplan {

// "element ip natplan masq_saddr { 10.0.0.0/8 }", which `nft delete` takes.
std::string ElementLine(const TableId& table, const char* set, const SetShape& shape, const Element& element);

// A ledger of layout 1 cannot be written again because of this element, a line; empty: of some element.
Error LedgerConflict(const TableId& table, const std::string& element, const std::string& reason);

// Why an element of ours cannot be added beside what is there. `own`: in natplan's own table. Of the error's
// fields operation (the element, without what is done with it), theirs and text are set.
Error RangeConflict(const TableId& table, bool own, const Prefix& ours, const AddressRange& theirs);
Error PortConflict(const TableId& table, bool own, const char* map, const MapEntry& ours,
                   const HeldTarget& theirs);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_ELEMENT_CONFLICT_H_
