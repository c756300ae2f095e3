// The ack: NLMSG_ERROR with the request's header or the whole request, and extended acks.
#ifndef NATPLAN_KERNEL_SIM_ACK_H_
#define NATPLAN_KERNEL_SIM_ACK_H_

#include <cstdint>
#include <vector>

#include "kernel_sim/attributes.h"
#include "kernel_sim/request.h"

namespace natplan::kernel_sim {

struct AckOptions {
  std::uint32_t port = 0;
  bool ext_ack = false;
  bool cap_ack = false;
};

// `error` is 0 or a positive errno; `extack` may be null.
// Kernel: net/netlink/af_netlink.c netlink_ack() (6.18)
std::vector<std::uint8_t> BuildAck(const AckOptions& options, const MessageView& request, int error,
                                   const ExtAck* extack);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_ACK_H_
