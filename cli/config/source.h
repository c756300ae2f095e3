// The bytes of a configuration file.
#ifndef NATPLAN_CLI_CONFIG_SOURCE_H_
#define NATPLAN_CLI_CONFIG_SOURCE_H_

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>

#include "core/values/error.h"

namespace natplan::cli {

// About 150,000 forwards; what is larger is some other file.
inline constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

// Reads a file, or standard input for "-". A relative path counts from the folder in which the user called
// `bazel run` (BUILD_WORKING_DIRECTORY), if that is how natplan was started. What is no file on a disk (a
// FIFO, a terminal) is waited for as long as `patience`, then it is kDeadline; standard input to its end.
// Either may be non-blocking. The error's text is one sentence that says what is wrong and what to do,
// without the file's name.
std::expected<std::string, Error> ReadSource(const std::string& path, std::chrono::milliseconds patience);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_SOURCE_H_
