// The bytes of a configuration file.
#ifndef NATPLAN_CLI_CONFIG_SOURCE_H_
#define NATPLAN_CLI_CONFIG_SOURCE_H_

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace natplan::cli {

// About 150,000 forwards; what is larger is some other file.
inline constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

// Reads a file, or standard input for "-". A relative path counts from the folder in which the user called
// `bazel run` (BUILD_WORKING_DIRECTORY), if that is how natplan was started. The error is one sentence that
// says what is wrong and what to do, without the file's name.
std::expected<std::string, std::string> ReadSource(const std::string& path);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_SOURCE_H_
