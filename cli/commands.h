// The subcommands; each is the file of its name, and edit.cc is add and delete.
#ifndef NATPLAN_CLI_COMMANDS_H_
#define NATPLAN_CLI_COMMANDS_H_

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace natplan::cli {

ExitCode Run(const PlanOptions& options, Console& console);
ExitCode Run(const SimulateOptions& options, Console& console);
ExitCode Run(const ApplyOptions& options, Console& console);
ExitCode Run(const CheckOptions& options, Console& console);
ExitCode Run(const EditOptions& options, Console& console);
ExitCode Run(const ListOptions& options, Console& console);
ExitCode Run(const RemoveOptions& options, Console& console);
ExitCode Run(const ForgetOptions& options, Console& console);
ExitCode Run(const DoctorOptions& options, Console& console);
ExitCode Run(const WatchOptions& options, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_COMMANDS_H_
