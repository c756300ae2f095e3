// Interfaces that lose their routes when the host begins to forward IPv6.
#ifndef NATPLAN_CLI_RA_DEPENDENCE_H_
#define NATPLAN_CLI_RA_DEPENDENCE_H_

#include <expected>
#include <filesystem>
#include <vector>

#include "core/values/error.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

// An interface with routes that the kernel learnt from router advertisements, and that it hears as a host
// only.
struct RaDependent {
  InterfaceName interface;
  int accept_ra = 1;  // its parameter: 1, or 0 if it has been set since the routes were learnt
  friend bool operator==(const RaDependent&, const RaDependent&) = default;
};

// With forwarding the kernel deletes the default routes that it learnt, at once, where accept_ra is not 2
// (Kernel: net/ipv6/route.c rt6_purge_dflt_routers() (6.18)), and hears no advertisement where it is 1, so
// that the other routes and the addresses expire. Routes that a program wrote (NetworkManager,
// systemd-networkd) stay, and are none of these. `proc` is where procfs is mounted: "/proc". By name.
std::expected<std::vector<RaDependent>, Error> FindRaDependents(const std::filesystem::path& proc);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_RA_DEPENDENCE_H_
