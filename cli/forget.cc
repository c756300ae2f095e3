// natplan forget: takes back what an owner wants who is gone for good.
#include "cli/commands.h"
#include "cli/owner_removal.h"

namespace natplan::cli {

ExitCode Run(const ForgetOptions& options, Console& console) {
  return RemoveOwner(options.table, *options.owner, options.call, true, console);
}

}  // namespace natplan::cli
