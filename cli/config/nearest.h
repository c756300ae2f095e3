// The known name that a misspelt one most likely means.
#ifndef NATPLAN_CLI_CONFIG_NEAREST_H_
#define NATPLAN_CLI_CONFIG_NEAREST_H_

#include <span>
#include <string_view>

namespace natplan::cli {

// By edit distance (insert, delete, replace a byte); the first of equally near ones. `known` is not empty.
std::string_view Nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_NEAREST_H_
