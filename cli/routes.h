// The routes of this network namespace, as procfs shows them.
#ifndef NATPLAN_CLI_ROUTES_H_
#define NATPLAN_CLI_ROUTES_H_

#include <filesystem>
#include <optional>

#include "core/values/address.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

// `proc` is where procfs is mounted: "/proc". It shows the main table of IPv4, and all tables of IPv6.

// The interface by which packets leave for `address`: that of the longest prefix. None: no route, or one that
// refuses them.
std::optional<InterfaceName> InterfaceTowards(const std::filesystem::path& proc, const Address& address);

// Whether packets for ::1 that come by the interface are the host's: `local ::1/128 dev INTERFACE`.
bool IsLoopbackLocalTo(const std::filesystem::path& proc, const InterfaceName& interface);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_ROUTES_H_
