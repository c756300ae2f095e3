// A file's text for toml++, which is undefined behaviour (3.3) at some characters beyond ASCII: it is given
// ASCII alone, and no value is altered for that.
#ifndef NATPLAN_CLI_CONFIG_ASCII_H_
#define NATPLAN_CLI_CONFIG_ASCII_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace natplan::cli {

// A character that is not ASCII and stands where only ASCII may, or a byte that is not UTF-8 (RFC 3629).
struct BeyondAscii {
  std::uint32_t line;    // from 1
  std::uint32_t column;  // from 1, in characters
  std::string what;      // what it is, and what to do
};

// A file that is no text at all would fill the memory with these.
inline constexpr std::size_t kMostBeyondAscii = 1000;

struct AsciiText {
  // The file's, with '?' for each character beyond ASCII and for each byte that is not UTF-8, and without a
  // byte order mark: lines stay what they are, and columns count characters.
  std::string text;
  // Comments may hold any character, keys and values none. The first of each string, and of each line outside
  // of strings, up to kMostBeyondAscii. If there is any, `text` does not say what the file says.
  std::vector<BeyondAscii> beyond;
};

AsciiText ToAscii(std::string_view file);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_ASCII_H_
