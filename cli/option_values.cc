#include "cli/option_values.h"

#include <stdlib.h>

#include <algorithm>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::size_t kLongestName = 255;  // bytes of a table's name (NFT_NAME_MAXLEN - 1)
constexpr const char* kBackendVariable = "NATPLAN_BACKEND";

}  // namespace

std::string CheckTable(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto first = [&](char c) { return letter(c) || c == '_' || c == '.'; };
  const auto further = [&](char c) { return first(c) || (c >= '0' && c <= '9') || c == '-' || c == '/'; };
  if (!name.empty() && name.size() <= kLongestName && first(name.front()) &&
      std::ranges::all_of(name, further))
    return "";
  return fmt::format(
      "\"{}\" is no table name; write 1 to {} letters, digits and _ . - /, beginning with a letter, _ or .",
      name, kLongestName);
}

std::expected<Backend, std::string> ParseBackend(std::string_view name) {
  if (name == "auto") return Backend::kAuto;
  if (name == "nftables") return Backend::kNftables;
  if (name == "iptables") return Backend::kIptables;
  return std::unexpected(fmt::format("\"{}\" is no backend; write auto, nftables or iptables", name));
}

std::expected<Backend, std::string> BackendFromEnvironment() {
  const char* value = secure_getenv(kBackendVariable);
  if (value == nullptr || *value == '\0') return Backend::kAuto;
  auto backend = ParseBackend(value);
  if (!backend) return std::unexpected(fmt::format("{}: {}", kBackendVariable, backend.error()));
  return backend;
}

}  // namespace natplan::cli
