// Whether procfs is there, and its text, taken apart.
#ifndef NATPLAN_CLI_PROC_TEXT_H_
#define NATPLAN_CLI_PROC_TEXT_H_

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natplan::cli {

// Whether it is mounted at `proc`, and what to say where it is not.
bool HasProcfs(const std::filesystem::path& proc);
std::string NoProcfs(const std::filesystem::path& proc);

// A whole number in hexadecimal digits without a prefix; none if `text` is anything else.
std::optional<std::uint64_t> ParseHex(std::string_view text);

// What white space divides, to the end of the stream. Of one that could not be opened: nothing.
std::vector<std::string> Words(std::istream&& stream);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_PROC_TEXT_H_
