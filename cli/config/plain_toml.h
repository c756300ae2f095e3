// The TOML that most of natplan's files are made of, read quickly.
//
// toml++ takes some 200 instructions for each byte, for it keeps the place of everything and knows all of
// TOML. A file with 10,000 forwards is read here in less than a tenth of that, and no table is kept.
#ifndef NATPLAN_CLI_CONFIG_PLAIN_TOML_H_
#define NATPLAN_CLI_CONFIG_PLAIN_TOML_H_

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "cli/config/toml_fields.h"

namespace natplan::cli {

// No table that natplan knows has as many.
inline constexpr std::size_t kMostPlainFields = 16;

// A table of the file: its [[name]], or none for what stands in front of the first of them, and its fields in
// the file's order, without places. False: it need not go on.
using TakePlainTable = std::function<bool(std::string_view name, std::span<const TomlField> fields)>;

// Hands over each table, the file's own first. False: the text has anything beside [[name]],
// `name = value` with a string without escapes, a decimal number or a boolean, comments and blank lines, all
// of them in ASCII; or a table has more than kMostPlainFields; or it is not TOML; or `take` said so. Then
// what was handed over does not count: toml++ reads the text, or says what is wrong with it.
bool ReadPlainToml(std::string_view text, const TakePlainTable& take);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_PLAIN_TOML_H_
