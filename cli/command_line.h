// The command line, read.
#ifndef NATPLAN_CLI_COMMAND_LINE_H_
#define NATPLAN_CLI_COMMAND_LINE_H_

#include <expected>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace natplan::cli {

// What to run with which options; or, after --help, --version or a mistake, the exit code, with everything
// said.
std::expected<Options, ExitCode> ParseCommandLine(int argc, const char* const* argv, Console& console);

// Whether JSON is asked for, whatever else is wrong with the words.
bool AsksForJson(int argc, const char* const* argv);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_COMMAND_LINE_H_
