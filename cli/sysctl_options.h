// The options of the command line that let kernel parameters be written.
#ifndef NATPLAN_CLI_SYSCTL_OPTIONS_H_
#define NATPLAN_CLI_SYSCTL_OPTIONS_H_

#include "CLI/CLI.hpp"
#include "cli/options.h"

namespace natplan::cli {

// Both outlive the parser's run.
void AddSysctlOptions(CLI::App& sub, ApplyOptions& apply);
// Of the subcommands that only take things away.
void AddPutBackOption(CLI::App& sub, CallOptions& call);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SYSCTL_OPTIONS_H_
