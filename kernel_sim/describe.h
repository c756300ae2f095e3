// Objects as messages: what GET, dumps and notifications show.
#ifndef NATPLAN_KERNEL_SIM_DESCRIBE_H_
#define NATPLAN_KERNEL_SIM_DESCRIBE_H_

#include <cstdint>

#include "kernel_sim/message_writer.h"
#include "kernel_sim/objects.h"
#include "kernel_sim/socket_options.h"

namespace natplan::kernel_sim {

// The headers of a message about an object.
struct Heading {
  std::uint8_t number = 0;  // NFT_MSG_*
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t port = 0;
  std::uint32_t generation = 0;
};

// Each writes one message and returns where it begins. If it does not fit, the writer is full.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_fill_table_info() and its siblings (6.18)
std::size_t WriteTable(MessageWriter& writer, const Heading& heading, const Table& table);
std::size_t WriteChain(MessageWriter& writer, const Heading& heading, const Chain& chain);
// `position` is the handle of the rule before it, 0 for the first.
std::size_t WriteRule(MessageWriter& writer, const Heading& heading, const Rule& rule,
                      std::uint64_t position);
std::size_t WriteSet(MessageWriter& writer, const Heading& heading, const Set& set);
std::size_t WriteOneElement(MessageWriter& writer, const Heading& heading, const Set& set,
                            const Element& element);
std::size_t WriteGeneration(MessageWriter& writer, const Heading& heading, const Process& process);

// For dumps of many elements: the message up to the open list, and one element of the list.
struct ElementList {
  std::size_t message = 0;
  std::size_t nest = 0;
};
ElementList BeginElementList(MessageWriter& writer, const Heading& heading, const Set& set);
void WriteListElement(MessageWriter& writer, const Set& set, const Element& element);
void EndElementList(MessageWriter& writer, const ElementList& list);

// NFTA_RULE_POSITION of a notification: the handle of the rule in front. 0, and not written, for the first
// rule of the chain's list and for the last, at the time of the commit. Kernel: net/netfilter/nf_tables_api.c
// nf_tables_rule_notify() (6.18)
std::uint64_t PositionOf(const Rule& rule);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_DESCRIBE_H_
