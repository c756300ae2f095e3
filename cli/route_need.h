// Which routes have to be there for intents to take effect.
#ifndef NATPLAN_CLI_ROUTE_NEED_H_
#define NATPLAN_CLI_ROUTE_NEED_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/host/host_view.h"
#include "core/values/address.h"
#include "core/values/intent.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

// Of a forward with `localhost` in IPv6, where IPv4 has the parameter route_localnet: that ::1 is local to
// the interface towards its target.
struct RouteNeed {
  Address target;
  std::optional<InterfaceName> interface = {};  // none: there is no route to the target yet
  bool met = false;

  // What happens while it is not met, as a sentence without its full stop.
  std::string Otherwise() const;
  // The command that meets it.
  std::string Cure() const;
};

// Each interface once, with the first target behind it.
std::vector<RouteNeed> RouteNeeds(const HostView& host, std::span<const Intent> intents);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_ROUTE_NEED_H_
