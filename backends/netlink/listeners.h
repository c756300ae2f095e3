// Which ports programs of this host have, as the kernel lists its sockets (NETLINK_SOCK_DIAG).
#ifndef NATPLAN_BACKENDS_NETLINK_LISTENERS_H_
#define NATPLAN_BACKENDS_NETLINK_LISTENERS_H_

#include <cstdint>
#include <expected>
#include <vector>

#include "backends/netlink/netlink_query.h"
#include "core/values/address.h"
#include "core/values/port.h"

namespace natplan {

// A socket that takes packets of anybody: it listens (TCP, SCTP), or is bound and not connected (UDP).
struct Listener {
  Address address;  // 0.0.0.0 and ::, all of the host's; of a socket of IPv6 for IPv4 alone that address
  Port port;
  bool takes_ip = false;   // of IPv6, and takes IPv4 as well
  std::uint32_t user = 0;  // who owns it, in the caller's user namespace
};

// Of one protocol, IPv4's sockets and IPv6's. Errors: the socket's; kNotSupported: this kernel does not list
// the sockets of the protocol. `query` is over a socket of NETLINK_SOCK_DIAG.
std::expected<std::vector<Listener>, Error> ReadListeners(NetlinkQuery& query, Protocol protocol,
                                                          TimePoint deadline);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_LISTENERS_H_
