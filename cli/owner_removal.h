// Takes back what one owner wants.
#ifndef NATPLAN_CLI_OWNER_REMOVAL_H_
#define NATPLAN_CLI_OWNER_REMOVAL_H_

#include <string>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace natplan::cli {

// In one transaction; what other owners want stays. Where nothing is recorded under the name, that is a note,
// or, if the owner `must_be_known`, an error that lists the names that there are.
ExitCode RemoveOwner(const std::string& table, const Owner& owner, const CallOptions& call,
                     bool must_be_known, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_OWNER_REMOVAL_H_
