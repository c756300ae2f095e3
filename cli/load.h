// The intents of a configuration file, with everything about it said on the console.
#ifndef NATPLAN_CLI_LOAD_H_
#define NATPLAN_CLI_LOAD_H_

#include <expected>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/values/desired_state.h"

namespace natplan::cli {

// Prints notes and errors; `json`: as Console::Fail does.
std::expected<std::vector<Intent>, ExitCode> Load(const std::string& path, bool json, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_LOAD_H_
