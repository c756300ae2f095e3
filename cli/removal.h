// Deletes a table of all families.
#ifndef NATPLAN_CLI_REMOVAL_H_
#define NATPLAN_CLI_REMOVAL_H_

#include <expected>
#include <string>

#include "core/plan/executor.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"

namespace natplan::cli {

// In one transaction, with everything in them. Reads again after an unknown outcome and after a change by
// another program, until the deadline. A table that is not there is success, with `changed` false. One that
// is another program's as a whole is refused without `force`.
std::expected<Report, Error> RemoveTables(Executor& kernel, const std::string& table, TimePoint deadline,
                                          bool force = false);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_REMOVAL_H_
