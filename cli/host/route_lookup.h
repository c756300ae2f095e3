// The route by which this host's packets leave for an address, as the kernel itself looks it up.
#ifndef NATPLAN_CLI_HOST_ROUTE_LOOKUP_H_
#define NATPLAN_CLI_HOST_ROUTE_LOOKUP_H_

#include <expected>
#include <functional>
#include <optional>

#include "core/values/address.h"
#include "core/values/error.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

struct Route {
  InterfaceName interface;
  unsigned index = 0;    // the interface's; another one that gets its name has another index
  int length = 0;        // of the route's destination: 0 is a default route
  bool on_link = false;  // the target is a neighbour: no gateway, one way, and the interface is not lo

  // A network of this host's own: on-link, and not all of the world. Some tunnels have a default route
  // without a gateway, in one piece or in halves and quarters; no network is larger than 10.0.0.0/8, or
  // fc00::/7.
  bool IsConnected() const { return on_link && length >= 7; }

  friend bool operator==(const Route&, const Route&) = default;
};

// None: there is no route, or one that refuses packets (blackhole, unreachable, prohibit). Rules of policy
// routing and all tables count, as for a packet of the host's own without a mark. Errors: kEnvironment, the
// kernel could not be asked; kNotSupported, the interface has a name that natplan does not write.
//
// Kernel: net/ipv4/route.c inet_rtm_getroute(), net/ipv6/route.c inet6_rtm_getroute() (6.18)
std::expected<std::optional<Route>, Error> LookUpRoute(const Address& target);

// LookUpRoute(), or what a test puts in its place.
using RouteLookup = std::function<std::expected<std::optional<Route>, Error>(const Address&)>;

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_ROUTE_LOOKUP_H_
