// A batch: BATCH_BEGIN, messages, BATCH_END in one datagram, taken as a whole or not at all.
#ifndef NATPLAN_KERNEL_SIM_BATCH_H_
#define NATPLAN_KERNEL_SIM_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "kernel_sim/commit.h"
#include "kernel_sim/request.h"

namespace natplan::kernel_sim {

struct BatchAck {
  MessageView message;
  int error = 0;
  ExtAck extack;
};

// What a batch leads to, in the order in which it reaches the sender.
struct BatchResult {
  bool committed = false;                   // and the generation has moved
  std::vector<Notification> notifications;  // the changes; NEWGEN follows them
  bool generation_echo = false;             // NEWGEN also goes to the sender
  std::uint32_t generation_sequence = 0;
  std::vector<BatchAck> acks;
};

// `datagram` begins with a complete BATCH_BEGIN. `listeners`: somebody besides the sender wants
// notifications. Kernel: net/netfilter/nfnetlink.c nfnetlink_rcv_skb_batch(), nfnetlink_rcv_batch() (6.18)
BatchResult RunBatch(NfTables& state, const Sender& sender, bool listeners,
                     std::span<const std::uint8_t> datagram);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_BATCH_H_
