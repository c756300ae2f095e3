// What a configuration file wants, with everything about it said on the console.
#ifndef NATPLAN_CLI_LOAD_H_
#define NATPLAN_CLI_LOAD_H_

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/values/desired_state.h"

namespace natplan::cli {

// What one owner wants.
struct Wish {
  Owner owner;
  std::vector<Intent> intents;
};

// Prints notes and errors; `json`: as Console::Fail does. The owner is `owner`, else the file's, else
// "default". `patience`: as ReadSource() has it.
std::expected<Wish, ExitCode> LoadWish(const std::string& path, const std::optional<Owner>& owner,
                                       std::chrono::milliseconds patience, bool json, Console& console);

// The intents alone.
std::expected<std::vector<Intent>, ExitCode> Load(const std::string& path, std::chrono::milliseconds patience,
                                                  bool json, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_LOAD_H_
