#include "cli/sysctl_need.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "cli/interface_forwarding.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

SysctlNeed NeedOf(const std::filesystem::path& proc, const Sysctl& sysctl, std::string otherwise) {
  SysctlNeed need{
      .name = sysctl.name(), .sysctl = sysctl, .value = sysctl.Read(proc), .otherwise = std::move(otherwise)};
  need.met = need.value.has_value() && *need.value != 0;
  return need;
}

std::string NameOf(Family family) { return family == Family::kIp ? "IPv4" : "IPv6"; }

SysctlNeed ForwardingNeed(const std::filesystem::path& proc, Family family) {
  SysctlNeed need =
      NeedOf(proc, Sysctl::Forwarding(family),
             fmt::format("the host does not pass {} packets on between its interfaces", NameOf(family)));
  // Whoever manages each interface for itself leaves the common switch off.
  need.met = need.met || (need.value && ReadInterfaceForwarding(proc, family).BetweenTwo());
  return need;
}

// What is to be said in place of a parameter: there is none to set.
SysctlNeed WithoutInterface(const Address& target, std::string text) {
  return {.name = "net.ipv4.conf.IFACE.route_localnet",
          .value = std::unexpected(
              Error{.code = ErrorCode::kNotSupported, .errno_value = ENETUNREACH, .text = std::move(text)}),
          .otherwise = fmt::format("a forward with `localhost` to {} drops what comes from 127.0.0.1",
                                   target.ToString()),
          .target = target};
}

SysctlNeed NotConnected(const Address& target, const std::optional<Route>& route) {
  if (!route) {
    return WithoutInterface(target,
                            fmt::format("the container's network is not there yet, no route leads to {}: "
                                        "when it is up, natplan apply FILE --sysctl again",
                                        target.ToString()));
  }
  return WithoutInterface(
      target,
      fmt::format("the container's network is not there yet, {} is no neighbour of this host: packets leave "
                  "for it by {}, {}, and route_localnet there would open 127.0.0.0/8 to that link. When the "
                  "container's interface is up, natplan apply FILE --sysctl again",
                  target.ToString(), route->interface.name(),
                  !route->on_link     ? "through a gateway, on several ways or to the host itself"
                  : route->length < 1 ? "by a default route"
                                      : "by a route to a great part of all addresses"));
}

// Each target of a forward of the family, once.
std::vector<Address> TargetsOf(std::span<const Intent> intents, Family family, bool localhost_only) {
  std::set<Address> targets;
  for (const Intent& intent : intents) {
    const auto* forward = std::get_if<Forward>(&intent);
    if (forward == nullptr || forward->family() != family || (localhost_only && !forward->localhost))
      continue;
    targets.insert(forward->to.address);
  }
  return {targets.begin(), targets.end()};
}

// The first address of each source of a masquerade of the family, once: what leads there is what its packets
// come in by. A file may have a million of them, and to look up this many takes some 10 ms.
std::set<Address> SourcesOf(std::span<const Intent> intents, Family family) {
  constexpr std::size_t kMost = 1000;
  std::set<Address> sources;
  for (const Intent& intent : intents) {
    const auto* masquerade = std::get_if<Masquerade>(&intent);
    if (masquerade == nullptr || masquerade->family() != family) continue;
    sources.insert(masquerade->source().network());
    if (sources.size() == kMost) break;
  }
  return sources;
}

// The same parameter, or the same reason why there is none.
bool IsSame(const SysctlNeed& a, const SysctlNeed& b) {
  const auto interface = [](const SysctlNeed& need) {
    return need.route ? std::optional(need.route->interface) : std::nullopt;
  };
  return a.sysctl == b.sysctl && (a.sysctl || interface(a) == interface(b));
}

void Add(std::vector<SysctlNeed>& needs, SysctlNeed need) {
  if (std::ranges::none_of(needs, [&](const SysctlNeed& one) { return IsSame(one, need); }))
    needs.push_back(std::move(need));
}

// An address that is nobody's (RFC 5737, RFC 3849): what leads to it leads to everybody.
Address Nobody(Family family) {
  return Address::Parse(family == Family::kIp ? "192.0.2.1" : "2001:db8::1").value();
}

// Where forwarding is on: interfaces for which it is off all the same, of those that lead to the targets, to
// the sources or to everybody. `common` is the need of the family's common switch.
void AddInterfaces(std::vector<SysctlNeed>& needs, const HostView& host, const SysctlNeed& common,
                   Family family, std::span<const Intent> intents) {
  // In IPv6 the common switch, where it is on, is on for each of them.
  if (!common.met || (family == Family::kIp6 && common.value.value_or(0) != 0)) return;
  const InterfaceForwarding interfaces = ReadInterfaceForwarding(host.proc, family);
  if (interfaces.off.empty()) return;
  std::vector<Address> targets = TargetsOf(intents, family, false);
  const std::set<Address> sources = SourcesOf(intents, family);
  targets.insert(targets.end(), sources.begin(), sources.end());
  targets.push_back(Nobody(family));
  for (const Address& target : targets) {
    const auto route = host.route(target);
    if (!route || !*route || !interfaces.IsOff((*route)->interface)) continue;
    SysctlNeed need = NeedOf(host.proc, Sysctl::ForwardingBy(family, (*route)->interface),
                             fmt::format("the host does not pass on the {} packets that come in by {}",
                                         NameOf(family), (*route)->interface.name()));
    need.target = target;
    need.route = *route;
    Add(needs, std::move(need));
  }
}

}  // namespace

std::string SysctlNeed::Cure() const {
  if (!value) return value.error().text;
  std::string cure = fmt::format("set it: sysctl -w {}=1, or natplan apply FILE --sysctl", name);
  if (sysctl == Sysctl::Forwarding(Family::kIp6)) {
    cure += "; an interface that takes its address from router advertisements then needs accept_ra=2";
  }
  return cure;
}

std::vector<SysctlNeed> ForwardingNeeds(const std::filesystem::path& proc, const std::set<Family>& families) {
  std::vector<SysctlNeed> needs;
  for (const Family family : families) needs.push_back(ForwardingNeed(proc, family));
  return needs;
}

SysctlNeed RouteLocalnetNeed(const HostView& host, const Address& target) {
  const auto of_all = Sysctl::RouteLocalnetOfAll().Read(host.proc);
  const bool met_for_all = of_all && *of_all != 0;
  const auto route = host.route(target);
  SysctlNeed need = !route ? WithoutInterface(target, route.error().text)
                    : *route && (*route)->IsConnected()
                        ? NeedOf(host.proc, Sysctl::RouteLocalnet((*route)->interface),
                                 fmt::format("a forward with `localhost` drops what comes from 127.0.0.1 and "
                                             "leaves by {}",
                                             (*route)->interface.name()))
                        : NotConnected(target, *route);
  need.target = target;
  if (route) need.route = *route;
  need.met = need.met || met_for_all;
  return need;
}

std::vector<SysctlNeed> SysctlNeeds(const HostView& host, std::span<const Intent> intents) {
  std::set<Family> families;
  for (const Intent& intent : intents) families.insert(FamilyOf(intent));
  std::vector<SysctlNeed> needs;
  for (const Family family : families) {
    needs.push_back(ForwardingNeed(host.proc, family));
    const SysctlNeed common = needs.back();
    AddInterfaces(needs, host, common, family, intents);
  }
  for (const Address& target : TargetsOf(intents, Family::kIp, true))
    Add(needs, RouteLocalnetNeed(host, target));
  return needs;
}

}  // namespace natplan::cli
