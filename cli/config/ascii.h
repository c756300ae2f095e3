// The file's text without what lies beyond ASCII.
#ifndef NATPLAN_CLI_CONFIG_ASCII_H_
#define NATPLAN_CLI_CONFIG_ASCII_H_

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace natplan::cli {

// `text` with a '?' for each character beyond ASCII, and without a byte order mark, so that lines and columns
// stay what they are. No key and no value of natplan's has such a character; comments may. The error is the
// offset of the first byte that is not UTF-8 (RFC 3629).
std::expected<std::string, std::size_t> ToAscii(std::string_view text);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_ASCII_H_
