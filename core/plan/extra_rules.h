// Rules of natplan's own table that are not always there: one for each masquerade that names an interface,
// and what serves the forwards that want localhost: two rules, and in ip a chain that protects what the host
// serves at its loopback addresses. They are written as nft would write them, so that a listing that was
// saved and loaded again with nft is the same.
#ifndef NATPLAN_CORE_PLAN_EXTRA_RULES_H_
#define NATPLAN_CORE_PLAN_EXTRA_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "core/plan/layout.h"
#include "core/values/desired_state.h"
#include "core/values/snapshot.h"

namespace natplan {

// The forwards that want localhost stand in this map as well; its shape is ForwardShape().
inline constexpr const char* kLocalhostMap = "map_localhost";

struct RulePlan {
  std::string chain;
  Expressions expressions;
  std::string comment = {};
  bool Is(const RuleSnapshot& rule) const {
    return rule.expressions == expressions && rule.comment == comment;
  }
};

// output: packets of the host to 127.0.0.0/8 (::1) go through kLocalhostMap. postrouting: those that were
// translated so and leave the host get an address of the host. kLoopbackChain: its second rule.
const std::vector<RulePlan>& LocalhostRules(Family family);

// Whether it is the rule of postrouting that layout 1 had for them.
bool IsOldLocalhostRule(Family family, const std::string& chain, const RuleSnapshot& rule);

// Of ip. With the sysctl route_localnet, which forwards of localhost need on an interface, the kernel takes
// packets to and from 127.0.0.0/8 from that interface too: its neighbours could reach whatever the host
// serves there, or speak in its name. This chain drops such packets before anything is translated, so that
// what natplan's own rules translate is not among them. ip6 has no such sysctl: the kernel drops ::1 from the
// wire.
inline constexpr const char* kLoopbackChain = "loopback";
// None in ip6.
const ChainPlan* LoopbackGuard(Family family);

// `ip saddr 10.0.0.0/8 oifname "eth0" ... masquerade comment "OWNER"`, where the dots stand for what leaves
// the host's own packets alone (AppendOthersUnicast()).
RulePlan ToRule(const DesiredState::OwnedMasquerade& owned);
// The reverse, of a rule of layout 1 too, which had nothing in the place of the dots. None if it is neither.
std::optional<Masquerade> ToInterfaceMasquerade(Family family, const Expressions& rule);
// The same with the owner, if the comment is an owner's name.
std::optional<DesiredState::OwnedMasquerade> ToOwnedMasquerade(Family family, const RuleSnapshot& rule);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_EXTRA_RULES_H_
