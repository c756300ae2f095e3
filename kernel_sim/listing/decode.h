// Messages of nf_tables to objects.
#ifndef NATPLAN_KERNEL_SIM_LISTING_DECODE_H_
#define NATPLAN_KERNEL_SIM_LISTING_DECODE_H_

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim::listing {

// The number within the subsystem (NFT_MSG_*), or -1 if the message is not nf_tables'.
int NfTablesType(const Message& message);

// Each takes a message of its kind, NEW or DEL; what the message does not say keeps the default.
Table DecodeTable(const Message& message, Fault& fault);
Chain DecodeChain(const Message& message, Fault& fault);
Set DecodeSet(const Message& message, Fault& fault);
Rule DecodeRule(const Message& message, Fault& fault);
ElementsMessage DecodeElements(const Message& message, Fault& fault);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_DECODE_H_
