#include "cli/routes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/proc_text.h"
#include "core/values/prefix.h"

namespace natplan::cli {
namespace {

constexpr std::uint64_t kRouteUp = 1;              // RTF_UP
constexpr std::uint64_t kRouteReject = 0x200;      // RTF_REJECT
constexpr std::uint64_t kRouteLocal = 0x80000000;  // RTF_LOCAL

struct Route {
  Prefix to;
  std::uint64_t flags = 0;
  std::string interface = {};
};

// procfs prints an IPv4 address as the number that its four bytes are in memory.
std::optional<Address> AddressOfWord(std::string_view text) {
  const auto number = ParseHex(text);
  if (!number || *number > UINT32_MAX) return std::nullopt;
  const auto word = static_cast<std::uint32_t>(*number);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &word, sizeof(word));
  return Address(bytes);
}

// And one of IPv6 as its bytes.
std::optional<Address> AddressOfBytes(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = ParseHex(text.substr(2 * i, 2));
    if (!byte) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return Address(bytes);
}

// Iface Destination Gateway Flags RefCnt Use Metric Mask ...; the first line is these words.
std::optional<Route> ParseIp(const std::vector<std::string>& words) {
  if (words.size() < 8) return std::nullopt;
  const auto destination = AddressOfWord(words[1]);
  const auto flags = ParseHex(words[3]);
  const auto mask = ParseHex(words[7]);
  if (!destination || !flags || !mask) return std::nullopt;
  // A mask has its ones in front.
  const auto prefix = Prefix::Make(*destination, std::popcount(*mask));
  if (!prefix) return std::nullopt;
  return Route{*prefix, *flags, words[0]};
}

// Destination, its length, source, its length, next hop, metric, two counts, flags, interface.
std::optional<Route> ParseIp6(const std::vector<std::string>& words) {
  if (words.size() < 10) return std::nullopt;
  const auto destination = AddressOfBytes(words[0]);
  const auto length = ParseHex(words[1]);
  const auto flags = ParseHex(words[8]);
  if (!destination || !length || !flags) return std::nullopt;
  const auto prefix =
      Prefix::Make(*destination, static_cast<int>(std::min<std::uint64_t>(*length, INT32_MAX)));
  if (!prefix) return std::nullopt;
  return Route{*prefix, *flags, words[9]};
}

std::vector<Route> ReadRoutes(const std::filesystem::path& proc, Family family) {
  const bool ip = family == Family::kIp;
  std::ifstream file(proc / (ip ? "net/route" : "net/ipv6_route"));
  std::vector<Route> routes;
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> words = Words(std::istringstream(line));
    auto route = ip ? ParseIp(words) : ParseIp6(words);
    if (route && (route->flags & (kRouteUp | kRouteReject)) != 0) routes.push_back(*std::move(route));
  }
  return routes;
}

}  // namespace

std::optional<InterfaceName> InterfaceTowards(const std::filesystem::path& proc, const Address& address) {
  const std::vector<Route> routes = ReadRoutes(proc, address.family());
  // Routes of one length stand in the order of their metric, and the first counts.
  const Route* best = nullptr;
  for (const Route& route : routes) {
    if (!route.to.Contains(address)) continue;
    if (best == nullptr || route.to.length() > best->to.length()) best = &route;
  }
  if (best == nullptr || (best->flags & kRouteReject) != 0) return std::nullopt;
  auto name = InterfaceName::Make(best->interface);
  if (!name) return std::nullopt;
  return *std::move(name);
}

bool IsLoopbackLocalTo(const std::filesystem::path& proc, const InterfaceName& interface) {
  const Prefix loopback = Prefix::Parse("::1").value();
  return std::ranges::any_of(ReadRoutes(proc, Family::kIp6), [&](const Route& route) {
    return route.to == loopback && (route.flags & kRouteLocal) != 0 && route.interface == interface.name();
  });
}

}  // namespace natplan::cli
