// Addresses as inet_ntop(3) of the GNU C library prints them, which is what nft uses.
#ifndef NATPLAN_KERNEL_SIM_LISTING_ADDRESS_TEXT_H_
#define NATPLAN_KERNEL_SIM_LISTING_ADDRESS_TEXT_H_

#include <string>

#include "kernel_sim/listing/attribute_reader.h"

namespace natplan::kernel_sim::listing {

// `bytes` are the 4 of IPv4.
std::string Ipv4Text(ByteView bytes);

// `bytes` are the 16 of IPv6.
std::string Ipv6Text(ByteView bytes);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_ADDRESS_TEXT_H_
