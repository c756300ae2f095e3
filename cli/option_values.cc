#include "cli/option_values.h"

#include <stdlib.h>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr const char* kBackendVariable = "NATPLAN_BACKEND";

}  // namespace

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
