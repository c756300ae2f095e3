// Netlink messages of nf_tables in words.
#ifndef NATPLAN_CORE_WIRE_DESCRIBE_H_
#define NATPLAN_CORE_WIRE_DESCRIBE_H_

#include <cstdint>
#include <span>
#include <string>

namespace natplan {

// Every message of a request or answer, field by field: offset, bytes, meaning. Each byte stands in it once,
// in its order; what has no meaning here, or is malformed, stands there without one. Takes any bytes.
std::string Describe(std::span<const std::uint8_t> datagram);

// One message in one line without a newline, for traces: name, flags, sequence number and attributes, lists
// by their number of entries.
std::string DescribeLine(std::span<const std::uint8_t> bytes);

}  // namespace natplan

#endif  // NATPLAN_CORE_WIRE_DESCRIBE_H_
