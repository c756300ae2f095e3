// How deep keys of a TOML file go. toml++ takes tables apart by recursion, and a key of a hundred thousand
// parts is a table in a table in a table: there the stack ends before the key does.
#ifndef NATPLAN_CLI_CONFIG_KEY_DEPTH_H_
#define NATPLAN_CLI_CONFIG_KEY_DEPTH_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace natplan::cli {

// A key of natplan's has one part. Values nest 256 deep at most, which toml++ sees to itself.
inline constexpr int kMostKeyDots = 16;

// The offset of the first dot that makes a key of `text`, ASCII that need not be TOML, deeper than that. Dots
// in strings and comments do not count.
std::optional<std::size_t> FindTooDeepKey(std::string_view text);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_KEY_DEPTH_H_
