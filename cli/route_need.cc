#include "cli/route_need.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "cli/routes.h"
#include "fmt/format.h"

namespace natplan::cli {

std::string RouteNeed::Otherwise() const {
  return fmt::format(
      "from ::1 the kernel sends a packet on to {} only if ::1 is local to the interface towards it as well",
      target.ToString());
}

std::string RouteNeed::Cure() const {
  return fmt::format("ip -6 route add local ::1/128 dev {} table local",
                     interface ? interface->name() : "IFACE");
}

std::vector<RouteNeed> RouteNeeds(const HostView& host, std::span<const Intent> intents) {
  std::set<Address> looked_up;
  std::vector<RouteNeed> needs;
  for (const Intent& intent : intents) {
    const auto* forward = std::get_if<Forward>(&intent);
    if (forward == nullptr || !forward->localhost || forward->family() != Family::kIp6) continue;
    if (!looked_up.insert(forward->to.address).second) continue;
    RouteNeed need{.target = forward->to.address};
    // What cannot be asked is as good as no route: the command then has a place to fill in.
    if (const auto route = host.route(need.target); route && *route) need.interface = (*route)->interface;
    if (std::ranges::find(needs, need.interface, &RouteNeed::interface) != needs.end()) continue;
    need.met = need.interface && IsLoopbackLocalTo(host.proc, *need.interface);
    needs.push_back(std::move(need));
  }
  return needs;
}

}  // namespace natplan::cli
