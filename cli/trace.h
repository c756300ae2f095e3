// Netlink datagrams as lines for people.
#ifndef NATPLAN_CLI_TRACE_H_
#define NATPLAN_CLI_TRACE_H_

#include <string>
#include <vector>

#include "backends/netlink/tracing_socket.h"

namespace natplan::cli {

// One line for each message, as a comment of nft syntax: "# > ..." was sent, "# < ..." received.
void TraceTo(const TracedDatagram& datagram, std::vector<std::string>& lines);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_TRACE_H_
