// Notifications as `nft monitor` (1.0.6) prints them.
#ifndef NATPLAN_KERNEL_SIM_LISTING_MONITOR_H_
#define NATPLAN_KERNEL_SIM_LISTING_MONITOR_H_

#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/decode.h"
#include "kernel_sim/listing/objects.h"
#include "kernel_sim/listing/ruleset.h"

namespace natplan::kernel_sim {

// Takes the datagrams of group 7 in their order and gives the lines that nft would print, each with its
// newline. It keeps the definitions of the sets that it has seen, because an event of an element says neither
// the type of the key nor that of the datum. Not thread-safe.
//
// As nft does, it holds back the first half of an interval until another event of the same set comes, and
// prints both as one element; and it passes over an end whose first four bytes are zero, which nft takes for
// the mark that it puts below the first interval. For IPv6 that includes ends such as ::2, after which nft
// pairs wrongly, and so does this.
class Monitor {
 public:
  Monitor() = default;
  // `before` is what was there when the group was joined.
  explicit Monitor(const Ruleset& before);

  // The error says what is malformed; what the datagram said before that place has then been taken.
  std::expected<std::string, std::string> Feed(std::span<const std::uint8_t> datagram);

 private:
  std::string Line(const listing::Message& message, listing::Fault& fault);
  std::string TableLine(const listing::Message& message, listing::Fault& fault);
  std::string ChainLine(const listing::Message& message, listing::Fault& fault);
  std::string SetLine(const listing::Message& message, listing::Fault& fault);
  std::string ElementLine(const listing::Message& message, listing::Fault& fault);
  std::string RuleLine(const listing::Message& message, listing::Fault& fault);

  listing::Sets sets_;  // with elements for anonymous sets alone: rules show them
  std::map<listing::SetKey, listing::Element> held_;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_MONITOR_H_
