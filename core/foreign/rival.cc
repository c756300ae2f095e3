#include "core/foreign/rival.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/foreign/base_rules.h"
#include "core/plan/layout.h"
#include "core/text/shown_text.h"

namespace natplan::foreign {
namespace {

// Kernel: include/uapi/linux/netfilter_ipv4.h NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC (6.18), of IPv6 the
// same
constexpr std::int32_t kIptablesPriority = -100;
constexpr std::int32_t kIptablesSourcePriority = 100;
constexpr std::uint32_t kLocal = 2;  // RTN_LOCAL

// Of the nat chain in which natplan's rules stand at this hook. None: it has none there.
std::optional<std::int32_t> OwnPriorityAt(Hook hook, Family family, const OwnPlace& own) {
  if (own.by_iptables) {
    if (hook == Hook::kPostrouting) return kIptablesSourcePriority;
    return hook == Hook::kInput ? std::nullopt : std::optional(kIptablesPriority);
  }
  for (const ChainPlan& chain : Chains(Layout{own.table}, family)) {
    if (chain.base.hook == hook && chain.base.type == "nat") return chain.base.priority;
  }
  return std::nullopt;
}

class Search {
 public:
  Search(const HostRules& host, const OwnPlace& own) : host_(host), own_(own) {}

  // `localhost`: the forwards take the host's own connections to its loopback addresses, too.
  void Look(Family family, Protocol protocol, bool localhost, const PortSet& wanted) {
    wanted_ = wanted;
    for (const Hook hook : {Hook::kPrerouting, Hook::kOutput}) {
      packets_ = {.family = family, .protocol = protocol, .hook = hook, .address_type = kLocal};
      for (const Address& address : host_.addresses) {
        if (address.family() == family) packets_.destinations.push_back(address);
      }
      // What the host sends to itself. lo is the first interface of each network namespace.
      if (hook == Hook::kOutput) {
        packets_.out_interface = "lo";
        packets_.out_index = 1;
        // Where there is no address none is known: then any may be the one.
        if (localhost && !packets_.destinations.empty())
          packets_.destinations.push_back(
              Address::Parse(family == Family::kIp ? "127.0.0.1" : "::1").value());
      }
      for (const Table& table : host_.nf_tables.tables) {
        if (table.dormant || !Sees(table.family, family)) continue;
        for (const ChainSnapshot& chain : table.chains) {
          if (IsRival(table, chain, own_) && chain.base->hook == hook) Look(RulesOf(table, chain, packets_));
        }
      }
      Look(RulesOf(host_.legacy_nat[family], "nat", hook == Hook::kOutput ? "OUTPUT" : "PREROUTING",
                   kIptablesPriority, packets_));
    }
  }

  std::vector<Rival> Take() { return std::move(rivals_); }

 private:
  bool IsOwn(const BaseRules& rules, const std::string& chain, std::size_t rule) const {
    return !own_.comment.empty() && rules.comment(chain, rule).starts_with(own_.comment);
  }

  void Look(const BaseRules& rules) {
    bool has_own = false;
    Program others = rules.program;
    others.meaning = [&](const std::string& chain, std::size_t rule) {
      if (!IsOwn(rules, chain, rule)) return rules.program.meaning(chain, rule);
      has_own = own_.by_iptables;
      return Meaning();
    };
    const Way way = Walk(others, rules.base_chain);
    // In one table the rule that stands in front wins.
    const std::optional<Way> with_own =
        has_own ? std::optional(Walk(rules.program, rules.base_chain)) : std::nullopt;
    if (!way.complete) Add(LeftOut(rules));
    for (const End& end : way.ends) {
      if (end.ending != Ending::kTranslate && end.ending != Ending::kUnknown) continue;
      const PortSet ports = end.when.may & wanted_;
      if (ports.empty()) continue;
      Rival rival{.where = rules.table + ", chain " + ShownText(end.chain),
                  .rule = rules.rule_text(end.chain, end.rule),
                  .family = packets_.family,
                  .protocol = packets_.protocol.value(),
                  .ports = ports,
                  .certain = (ports - end.when.must).empty(),
                  .understood = end.understood && end.ending == Ending::kTranslate,
                  .base_chain = rules.base_chain,
                  .priority = rules.priority,
                  .own_priority = OwnPriority()};
      rival.winner = rival.priority < rival.own_priority   ? Winner::kTheirs
                     : rival.priority > rival.own_priority ? Winner::kOurs
                                                           : Winner::kUnknown;
      rival.same_table = with_own.has_value();
      if (with_own) rival.winner = Meets(*with_own, end, ports) ? Winner::kTheirs : Winner::kOurs;
      Add(std::move(rival));
    }
  }

  Rival LeftOut(const BaseRules& rules) const {
    return {.where = rules.table + ", chain " + ShownText(rules.base_chain),
            .rule = "which leads through more than " + std::to_string(kMostSteps) + " rules",
            .family = packets_.family,
            .protocol = packets_.protocol.value(),
            .ports = wanted_,
            .certain = false,
            .understood = false,
            .base_chain = rules.base_chain,
            .priority = rules.priority,
            .own_priority = OwnPriority()};
  }

  // Whether packets to these ports still come to the rule.
  static bool Meets(const Way& way, const End& end, const PortSet& ports) {
    return std::ranges::any_of(way.ends, [&](const End& other) {
      return other.chain == end.chain && other.rule == end.rule && !(other.when.may & ports).empty();
    });
  }

  std::int32_t OwnPriority() const {
    return OwnPriorityAt(packets_.hook, packets_.family, own_).value_or(kIptablesPriority);
  }

  // A rule that several hooks or chains lead to is told once.
  void Add(Rival rival) {
    for (Rival& known : rivals_) {
      if (known.where != rival.where || known.rule != rival.rule || known.family != rival.family ||
          known.protocol != rival.protocol || known.winner != rival.winner)
        continue;
      known.ports = known.ports | rival.ports;
      known.certain = known.certain && rival.certain;
      known.understood = known.understood && rival.understood;
      return;
    }
    rivals_.push_back(std::move(rival));
  }

  const HostRules& host_;
  const OwnPlace& own_;
  PortSet wanted_;
  Packets packets_;
  std::vector<Rival> rivals_;
};

bool IsSingle(const PortSet& ports) {
  return ports.ranges().size() == 1 && ports.ranges().front().first == ports.ranges().front().last;
}

}  // namespace

OwnPlace InNftables(const std::string& table) {
  return {.table = table, .comment = InIptables(table).comment};
}
OwnPlace InIptables(const std::string& table) {
  return {.table = Layout{table}.own() ? table : std::string(),
          .comment = std::string(kNatplanComment) + table + ":",
          .by_iptables = true};
}

bool IsRival(const Table& table, const ChainSnapshot& chain, const OwnPlace& own) {
  if (!chain.base || chain.base->type != "nat") return false;
  if (chain.base->hook != Hook::kPrerouting && chain.base->hook != Hook::kOutput) return false;
  return table.family == TableFamily::kInet || table.name != own.table;
}

std::vector<Rival> RivalsOf(std::span<const Forward> forwards, const HostRules& host, const OwnPlace& own) {
  std::map<std::tuple<Family, Protocol, bool>, std::vector<PortRange>> wanted;
  for (const Forward& forward : forwards) {
    const std::uint16_t port = forward.host_port.number();
    wanted[{forward.family(), forward.protocol, forward.localhost}].push_back({port, port});
  }
  Search search(host, own);
  for (auto& [key, ranges] : wanted) {
    const auto& [family, protocol, localhost] = key;
    search.Look(family, protocol, localhost, PortSet(std::move(ranges)));
  }
  return search.Take();
}

std::vector<std::string> ChainsBesideOwn(const Ruleset& ruleset, const OwnPlace& own) {
  std::vector<std::string> out;
  for (const Table& table : ruleset.tables) {
    // iptables-nft keeps its rules in tables of the name nat.
    const bool is_own = table.family != TableFamily::kInet &&
                        (table.name == own.table || (own.by_iptables && table.name == "nat"));
    if (table.dormant || is_own) continue;
    for (const ChainSnapshot& chain : table.chains) {
      if (!chain.base || chain.base->type != "nat") continue;
      if (OwnPriorityAt(chain.base->hook, Family::kIp, own) != chain.base->priority) continue;
      out.push_back("chain " + chain.name + " of table " + std::string(Name(table.family)) + " " +
                    table.name + " (hook " + Name(chain.base->hook) + ", priority " +
                    std::to_string(chain.base->priority) + ")");
    }
  }
  return out;
}

std::string Rival::ToString() const {
  std::string out = std::string(Name(family)) + " " + std::string(Name(protocol)) +
                    (IsSingle(ports) ? " port " : " ports ") + ports.ToString();
  out += !understood ? " may be" : IsSingle(ports) ? " is" : " are";
  out += " translated by another program too: ";
  out += where + ", " + rule;
  if (!understood) {
    out += ", which natplan does not understand";
  } else if (!certain) {
    out += ", for the packets that meet what else is asked there";
  }
  if (same_table) {
    return out + (winner == Winner::kTheirs ? "; it stands before natplan's rule: the other program wins"
                                            : "; it stands behind natplan's rule: natplan wins");
  }
  const std::string theirs =
      "its base chain " + ShownText(base_chain) + " (priority " + std::to_string(priority) + ")";
  const std::string ours = "natplan's (priority " + std::to_string(own_priority) + ")";
  switch (winner) {
    case Winner::kTheirs:
      return out + "; " + theirs + " comes before " + ours + ": the other program wins";
    case Winner::kOurs:
      return out + "; " + theirs + " comes behind " + ours + ": natplan wins";
    case Winner::kUnknown:
      break;
  }
  return out + "; " + theirs + " has the priority of " + ours +
         ": the chain that was made later wins, and the kernel does not say which that is";
}

}  // namespace natplan::foreign
