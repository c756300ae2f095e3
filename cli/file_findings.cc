#include "cli/file_findings.h"

#include <linux/netlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/listeners.h"
#include "cli/host/route_lookup.h"
#include "cli/host_rules.h"
#include "cli/loopback_guard.h"
#include "cli/switched_on.h"
#include "core/foreign/forward_drop.h"
#include "core/values/per_family.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::uint32_t kUnicast = 1;  // RTN_UNICAST

bool IsAny(const Address& address) {
  return std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
}

class Observer {
 public:
  Observer(std::span<const Intent> intents, const foreign::OwnPlace& own, TimePoint deadline)
      : intents_(intents), forwards_(ForwardsOf(intents)), own_(own), deadline_(deadline) {}

  Findings Look() {
    HostRulesRead host = ReadHostRules(own_, true, deadline_);
    out_.unknown = std::move(host.unknown);
    LookAtRivals(host.rules);
    LookAtListeners(host.rules.addresses);
    LookAtLoopback();
    for (const Intent& intent : intents_) LookAtInterface(intent);
    LookAtWays({.nf_tables = std::move(host.rules.nf_tables), .legacy = std::move(host.rules.legacy_filter)});
    return std::move(out_);
  }

 private:
  void LookAtRivals(const foreign::HostRules& rules) {
    for (const std::string& chain : ChainsBesideOwn(rules.nf_tables, own_)) {
      Say("chain",
          fmt::format("{} has the hook and the priority of natplan's own: of two such chains the one that "
                      "was made later comes first, and the kernel does not say which that is",
                      chain),
          "give it another priority, or use no host port that it translates too");
    }
    for (const foreign::Rival& rival : RivalsOf(forwards_, rules, own_)) {
      Say("rival", rival.ToString(),
          rival.winner == foreign::Winner::kOurs
              ? "the other program's rule does nothing for these packets: forward another host port, or "
                "delete it"
              : "forward another host port, or delete the other program's rule");
    }
  }

  // A forward's packets are translated before any socket sees them. `own` are the host's addresses; where
  // there are none they are not known.
  void LookAtListeners(std::span<const Address> own) {
    std::map<Protocol, std::vector<Listener>> listeners;
    NetlinkQuery query([]() -> std::expected<std::unique_ptr<NetlinkSocket>, Error> {
      auto opened = LinuxSocket::OpenFor(NETLINK_SOCK_DIAG);
      if (!opened) return std::unexpected(std::move(opened.error()));
      return *std::move(opened);
    });
    std::set<Protocol> protocols;
    for (const Forward& forward : forwards_) protocols.insert(forward.protocol);
    for (const Protocol protocol : protocols) {
      auto read = ReadListeners(query, protocol, deadline_);
      // A kernel that has no sockets of SCTP, or has not loaded them, has nobody who listens.
      std::error_code ignored;
      if (!read && protocol == Protocol::kSctp && std::filesystem::exists("/proc/net/dev", ignored) &&
          !std::filesystem::exists("/proc/net/sctp", ignored))
        continue;
      if (read) {
        listeners[protocol] = *std::move(read);
      } else {
        out_.unknown.push_back(
            fmt::format("which programs of this host have {} ports: {}", Name(protocol), read.error().text));
      }
    }
    for (const Forward& forward : forwards_) {
      for (const Listener& listener : listeners[forward.protocol]) {
        // A forward takes what comes to the host's addresses alone, and to no group, no broadcast address and
        // no address that the host has not yet.
        const Address& at = listener.address;
        if (own.empty() || IsAny(at) || IsLoopback(at) || std::ranges::find(own, at) != own.end())
          LookAtListener(forward, listener);
      }
    }
  }

  void LookAtListener(const Forward& forward, const Listener& listener) {
    if (listener.port != forward.host_port) return;
    const bool of_family = listener.address.family() == forward.family() ||
                           (forward.family() == Family::kIp && listener.takes_ip && IsAny(listener.address));
    if (!of_family || (IsLoopback(listener.address) && !forward.localhost)) return;
    Say("listener",
        fmt::format(
            "a program of user {} has {} port {} at {}: the forward to {} comes first, and packets to {} do "
            "not reach the program any more",
            listener.user, Name(forward.protocol), forward.host_port.number(), listener.address.ToString(),
            forward.to.ToString(), IsAny(listener.address) ? "the host's addresses" : "this address"),
        "let the program have another port, or forward another one");
  }

  // route_localnet outlives the table (nft flush ruleset), and the rules that make it harmless do not.
  void LookAtLoopback() {
    // What of it cannot be read is said where it is shown.
    std::vector<StillOn> on = StillOnHere(HostView()).on;
    std::erase_if(on, [](const StillOn& one) { return one.sysctl.forwarding_family().has_value(); });
    if (on.empty()) return;
    const auto guarded = IsLoopbackGuarded(deadline_);
    if (!guarded)
      out_.unknown.push_back("whether natplan's rules protect 127.0.0.0/8: " + guarded.error().text);
    if (!guarded || *guarded) return;
    for (const StillOn& one : on) {
      Say("localhost",
          fmt::format("natplan switched {} on, and no rule of natplan protects 127.0.0.0/8 there any more: "
                      "neighbours reach what the host serves at 127.0.0.1",
                      one.sysctl.name()),
          fmt::format(
              "put it back: sysctl -w {}={}; or, while a forward is to have `localhost`, natplan apply "
              "FILE again",
              one.sysctl.name(), one.recorded.before));
    }
  }

  void LookAtInterface(const Intent& intent) {
    const auto* masquerade = std::get_if<Masquerade>(&intent);
    if (masquerade == nullptr || !masquerade->out_interface()) return;
    const std::string& name = masquerade->out_interface()->name();
    if (!named_.insert(name).second) return;
    std::array<char, IF_NAMESIZE> real = {};
    const unsigned index = if_nametoindex(name.c_str());
    if (index == 0 && errno != ENODEV) {
      out_.unknown.push_back(
          fmt::format("whether there is an interface {}: {}", name, std::generic_category().message(errno)));
    } else if (index == 0) {
      Say("interface", fmt::format("there is no interface {}: what names it masquerades nothing", name),
          fmt::format("name an interface that ip link shows, or make {}", name));
    } else if (if_indextoname(index, real.data()) != nullptr && name != real.data()) {
      Say("interface",
          fmt::format(
              "{} is an alternative name of interface {}: nf_tables and iptables know its own name alone, "
              "so that what names the other one masquerades nothing",
              name, real.data()),
          fmt::format("out_interface = \"{}\"", real.data()));
    }
  }

  void LookAtWays(const foreign::Filters& filters) {
    PerFamily<bool> all_dropped = {};
    for (const Intent& intent : intents_) {
      const Family family = FamilyOf(intent);
      bool& dropped = all_dropped[family];
      if (dropped) continue;
      // Nothing but the first packets of connections is asked for.
      if (const auto who = WhoDrops(filters, {.family = family, .hook = Hook::kForward}, std::nullopt)) {
        dropped = true;
        SayDropped(fmt::format("no new connection of {} is passed on between interfaces",
                               family == Family::kIp ? "IPv4" : "IPv6"),
                   *who);
      }
    }
    for (const Forward& forward : forwards_) {
      const auto route = LookUpRoute(forward.to.address);
      LookAtRoute(forward, route);
      if (all_dropped[forward.family()]) continue;
      LookAtWay(filters, forward, route ? *route : std::nullopt);
    }
  }

  void LookAtRoute(const Forward& forward, const std::expected<std::optional<Route>, Error>& route) {
    if (!targets_.insert(forward.to.address).second) return;
    const std::string target = forward.to.address.ToString();
    if (!route) {
      out_.unknown.push_back(fmt::format("whether there is a route to {}: {}", target, route.error().text));
    } else if (!*route) {
      Say("route",
          fmt::format("there is no route to {}, to which ports are forwarded, or one that refuses packets",
                      target),
          fmt::format(
              "bring its network up, or ip route add {} ...; ip route get {} shows what the kernel does",
              target, target));
    }
  }

  void LookAtWay(const foreign::Filters& filters, const Forward& forward, const std::optional<Route>& route) {
    foreign::Packets packets{.family = forward.family(),
                             .protocol = forward.protocol,
                             .hook = Hook::kForward,
                             .destinations = {forward.to.address},
                             .address_type = kUnicast,
                             .translated = true};
    if (route) {
      packets.out_interface = route->interface.name();
      packets.out_index = route->index;
    }
    const std::string what = fmt::format("what {} port {} forwards to {}", Name(forward.protocol),
                                         forward.host_port.number(), forward.to.ToString());
    if (const auto who = WhoDrops(filters, packets, forward.to.port.number())) {
      return SayDropped(what + " is dropped", *who);
    }
    // The world is where the default route leads.
    const auto uplink = LookUpRoute(forward.family() == Family::kIp ? Address::Parse("192.0.2.1").value()
                                                                    : Address::Parse("2001:db8::1").value());
    if (!uplink || !*uplink || (route && (*uplink)->interface == route->interface)) return;
    packets.in_interface = (*uplink)->interface.name();
    packets.in_index = (*uplink)->index;
    if (const auto who = WhoDrops(filters, packets, forward.to.port.number()))
      SayDropped(fmt::format("{} is dropped if it comes in by {}", what, packets.in_interface), *who);
  }

  void SayDropped(const std::string& what, const std::string& who) {
    Say("filter", fmt::format("{}: {}", what, who),
        "let it through there: for nft, a rule `ct status dnat accept`; for iptables, "
        "`-I FORWARD -m conntrack --ctstate DNAT -j ACCEPT`; for what is masqueraded, a rule for its source");
  }

  void Say(std::string kind, std::string text, std::string cure) {
    out_.problems.push_back({std::move(text), std::move(cure), std::move(kind)});
  }

  std::span<const Intent> intents_;
  std::vector<Forward> forwards_;
  const foreign::OwnPlace& own_;
  TimePoint deadline_;
  std::set<std::string> named_;
  std::set<Address> targets_;
  Findings out_;
};

}  // namespace

Findings Look(std::span<const Intent> intents, const foreign::OwnPlace& own, TimePoint deadline) {
  return Observer(intents, own, deadline).Look();
}

}  // namespace natplan::cli
