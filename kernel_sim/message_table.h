// Which message of nf_tables goes where.
#ifndef NATPLAN_KERNEL_SIM_MESSAGE_TABLE_H_
#define NATPLAN_KERNEL_SIM_MESSAGE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel_sim/get.h"
#include "kernel_sim/handlers.h"

namespace natplan::kernel_sim {

// One row: a change (only in a batch), or a question (only outside one), or neither: the number is assigned
// but no request.
struct MessageKind {
  Handler change = nullptr;
  Getter get = nullptr;
  Dumper dump = nullptr;  // null: NLM_F_DUMP means nothing
  std::span<const AttributeRule> policy;
};

// The row of a message number, or null if the number is not assigned.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_cb[] (6.18)
const MessageKind* FindMessageKind(std::uint8_t number);

// No message has more attributes than this (NFNL_MAX_ATTR_COUNT).
inline constexpr std::size_t kAttributeLimit = 32;

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_MESSAGE_TABLE_H_
