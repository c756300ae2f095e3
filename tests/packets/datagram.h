// One datagram, sent from an address that the sender need not have, and whom its receiver sees.
#ifndef NATPLAN_TESTS_PACKETS_DATAGRAM_H_
#define NATPLAN_TESTS_PACKETS_DATAGRAM_H_

#include <cstdint>
#include <string>

#include "tests/packets/net_namespace.h"

namespace natplan::packets {

struct Datagram {
  std::string source;
  std::string destination;
  std::string out_interface;  // of the sender
};

// The address that `receiver` sees; "nobody" if nothing arrives within a second. Multicast is joined on
// `in_interface`. Failures of the system are std::system_error.
std::string SourceSeen(const NetNamespace& sender, const Datagram& datagram, const NetNamespace& receiver,
                       const std::string& in_interface);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_DATAGRAM_H_
