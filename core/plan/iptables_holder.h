// Which host ports the rules of other programs take.
#ifndef NATPLAN_CORE_PLAN_IPTABLES_HOLDER_H_
#define NATPLAN_CORE_PLAN_IPTABLES_HOLDER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/text/iptables_text.h"
#include "core/values/intent.h"

namespace natplan {

// A rule that sends packets for ports of the host elsewhere.
struct PortHolder {
  struct Range {
    std::uint16_t first;
    std::uint16_t last;
  };
  Protocol protocol;
  std::vector<Range> ports;

  bool Holds(Protocol wanted, Port port) const;
};

// The chains to which PREROUTING or OUTPUT send what is for an address of the host ("-m addrtype --dst-type
// LOCAL -j CHAIN"): in them a rule needs no such match.
std::set<std::string> ChainsForTheHost(const std::vector<SavedRule>& rules);

// None unless the rule has "-j DNAT" or "-j REDIRECT", a protocol, destination ports, and is for addresses of
// the host: a rule for one address only may stand beside a forward.
std::optional<PortHolder> HolderIn(const SavedRule& rule, const std::set<std::string>& chains_for_the_host);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_IPTABLES_HOLDER_H_
