// The configuration file: which prefixes to masquerade and which host ports to forward. docs/configuration.md
// describes every key.
#ifndef NATPLAN_CLI_CONFIG_CONFIG_H_
#define NATPLAN_CLI_CONFIG_CONFIG_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/values/desired_state.h"

namespace natplan::cli {

// Something to say about a place in the file. Line and column count from 1; 0: about the file as a whole.
struct Diagnostic {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string text;  // what, and what to do about it
};

struct Config {
  std::optional<Owner> owner;  // none: the file names nobody
  std::vector<Intent> intents;
  std::vector<Diagnostic> notes;  // accepted, and perhaps not what was meant
};

// "FILE:LINE:COLUMN: text".
std::string ToString(std::string_view file, const Diagnostic& diagnostic);

// All that is wrong with `text`, in the order of the file, or what it says. Takes any bytes.
std::expected<Config, std::vector<Diagnostic>> ParseConfig(std::string_view text);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_CONFIG_H_
