// Where strings and comments of TOML end: what has to be known of a file before toml++ may read it.
#ifndef NATPLAN_CLI_CONFIG_TOML_TEXT_H_
#define NATPLAN_CLI_CONFIG_TOML_TEXT_H_

#include <cstddef>
#include <string_view>

namespace natplan::cli {

// The offset behind the string that begins with the quote at `at`, of one line or of several; of the line
// feed, or of the end of `text`, where a string of one line does not end in its line.
std::size_t BehindString(std::string_view text, std::size_t at);

// The offset of the line feed, or of the end of `text`, that ends the comment that begins at `at`.
std::size_t BehindComment(std::string_view text, std::size_t at);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_TOML_TEXT_H_
