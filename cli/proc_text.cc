#include "cli/proc_text.h"

#include <charconv>
#include <iterator>
#include <system_error>

#include "fmt/format.h"

namespace natplan::cli {

bool HasProcfs(const std::filesystem::path& proc) {
  std::error_code ignored;
  return std::filesystem::exists(proc / "sys/net", ignored);
}

std::string NoProcfs(const std::filesystem::path& proc) {
  return fmt::format("procfs is not mounted at {0}: mount -t proc proc {0}", proc.string());
}

std::optional<std::uint64_t> ParseHex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> Words(std::istream&& stream) {
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

}  // namespace natplan::cli
