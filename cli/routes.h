// What procfs shows of this network namespace's IPv6 routes, and rtnetlink does not: their flags.
#ifndef NATPLAN_CLI_ROUTES_H_
#define NATPLAN_CLI_ROUTES_H_

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "core/values/error.h"
#include "core/values/interface_name.h"
#include "core/values/prefix.h"

namespace natplan::cli {

struct Ip6Route {
  Prefix to;
  std::uint64_t flags = 0;  // RTF_... of linux/ipv6_route.h
  std::string interface = {};
};

// Of all tables; those that are down are left out. `proc` is where procfs is mounted: "/proc".
std::expected<std::vector<Ip6Route>, Error> ReadIp6Routes(const std::filesystem::path& proc);

// Whether packets for ::1 that come by the interface are the host's: `local ::1/128 dev INTERFACE`. Not if
// the routes cannot be read.
bool IsLoopbackLocalTo(const std::filesystem::path& proc, const InterfaceName& interface);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_ROUTES_H_
