// The TOML that most of natplan's files are made of, read quickly.
//
// toml++ takes some 200 instructions for each byte, for it keeps the place of everything and knows all of
// TOML. A file with 10,000 forwards is read here in a tenth of that.
#ifndef NATPLAN_CLI_CONFIG_PLAIN_TOML_H_
#define NATPLAN_CLI_CONFIG_PLAIN_TOML_H_

#include <optional>
#include <string_view>

#include "cli/config/toml.h"

namespace natplan::cli {

// What toml++ makes of the text, but for the places in it. None: the text has anything beside [[name]],
// `name = value` with a string without escapes, a decimal number or a boolean, comments and blank lines, all
// of them in ASCII; or it is not TOML. Then toml++ reads it, or says what is wrong with it.
std::optional<toml::table> ReadPlainToml(std::string_view text);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_PLAIN_TOML_H_
