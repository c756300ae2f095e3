// Names of the protocols above IP.
#ifndef NATPLAN_KERNEL_SIM_LISTING_PROTOCOL_NAMES_H_
#define NATPLAN_KERNEL_SIM_LISTING_PROTOCOL_NAMES_H_

#include <cstdint>
#include <string>

namespace natplan::kernel_sim::listing {

// The name in /etc/protocols of Debian 12, which nft asks for; the number if there is none.
std::string ProtocolText(std::uint8_t protocol);

// nft's name of the header whose first fields are the source and the destination port: "tcp", "udp",
// "udplite", "dccp", "sctp"; empty for other protocols.
std::string PortHeaderName(std::uint8_t protocol);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_PROTOCOL_NAMES_H_
