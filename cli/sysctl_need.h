// Which kernel parameters have to be set for intents to take effect.
#ifndef NATPLAN_CLI_SYSCTL_NEED_H_
#define NATPLAN_CLI_SYSCTL_NEED_H_

#include <expected>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cli/host/host_view.h"
#include "cli/sysctl.h"
#include "core/values/intent.h"

namespace natplan::cli {

struct SysctlNeed {
  std::string name;                     // as sysctl(8) takes it; with IFACE where no interface is known
  std::optional<Sysctl> sysctl = {};    // none: there is nothing yet that could be set
  std::expected<int, Error> value = 0;  // as it is now
  bool met = false;
  std::string otherwise = {};  // what happens while it is not met, as a sentence without its full stop
  // Of a parameter of an interface: the target, or the source, that is reached by it, and the way there.
  std::optional<Address> target = {};
  std::optional<Route> route = {};

  // What to do about a need that is not met.
  std::string Cure() const;
};

// Forwarding of these families, all interfaces taken together.
std::vector<SysctlNeed> ForwardingNeeds(const std::filesystem::path& proc, const std::set<Family>& families);

// Forwarding of the families of these intents, and of the interfaces towards the targets of forwards and the
// sources of masquerades where it is switched off for one of them; for forwards with `localhost`,
// route_localnet of the interface towards each target. Each parameter once.
//
// With route_localnet an interface takes and sends packets of 127.0.0.0/8, so that it is never needed of all
// of them, and of an interface only if the target is in a network of its own (Route::IsConnected): behind a
// gateway or a default route it would be the link to everybody.
std::vector<SysctlNeed> SysctlNeeds(const HostView& host, std::span<const Intent> intents);

// Of one target of a forward with `localhost`.
SysctlNeed RouteLocalnetNeed(const HostView& host, const Address& target);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SYSCTL_NEED_H_
