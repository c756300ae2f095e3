#include "cli/routes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/proc_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::uint64_t kRouteUp = 1;              // RTF_UP
constexpr std::uint64_t kRouteReject = 0x200;      // RTF_REJECT
constexpr std::uint64_t kRouteLocal = 0x80000000;  // RTF_LOCAL

std::optional<Address> ParseAddress(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = ParseHex(text.substr(2 * i, 2));
    if (!byte) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return Address(bytes);
}

// Destination, its length, source, its length, next hop, metric, two counts, flags, interface.
std::optional<Ip6Route> Parse(const std::vector<std::string>& words) {
  if (words.size() < 10) return std::nullopt;
  const auto destination = ParseAddress(words[0]);
  const auto length = ParseHex(words[1]);
  const auto flags = ParseHex(words[8]);
  if (!destination || !length || !flags) return std::nullopt;
  const auto prefix =
      Prefix::Make(*destination, static_cast<int>(std::min<std::uint64_t>(*length, INT32_MAX)));
  if (!prefix) return std::nullopt;
  return Ip6Route{*prefix, *flags, words[9]};
}

}  // namespace

std::expected<std::vector<Ip6Route>, Error> ReadIp6Routes(const std::filesystem::path& proc) {
  const std::filesystem::path path = proc / "net/ipv6_route";
  std::ifstream file(path);
  if (!file) {
    Error error{.code = ErrorCode::kEnvironment,
                .errno_value = errno,
                .text = fmt::format("cannot read the IPv6 routes, {}: {}", path.string(),
                                    std::generic_category().message(errno))};
    if (!HasProcfs(proc)) {
      error.code = ErrorCode::kNotSupported;
      error.text += "; " + NoProcfs(proc);
    }
    return std::unexpected(std::move(error));
  }
  std::vector<Ip6Route> routes;
  std::string line;
  while (std::getline(file, line)) {
    auto route = Parse(Words(std::istringstream(line)));
    if (route && (route->flags & (kRouteUp | kRouteReject)) != 0) routes.push_back(*std::move(route));
  }
  return routes;
}

bool IsLoopbackLocalTo(const std::filesystem::path& proc, const InterfaceName& interface) {
  const Prefix loopback = Prefix::Parse("::1").value();
  const auto routes = ReadIp6Routes(proc);
  return routes && std::ranges::any_of(*routes, [&](const Ip6Route& route) {
           return route.to == loopback && (route.flags & kRouteLocal) != 0 &&
                  route.interface == interface.name();
         });
}

}  // namespace natplan::cli
