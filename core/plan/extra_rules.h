// Rules of natplan's own table beside the origin's three: one for each masquerade that names an interface,
// and two that serve the forwards that want localhost. They are written as nft would write them, so that a
// listing that was saved and loaded again with nft is the same.
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

// output: packets of the host to 127.0.0.0/8 (::1) go through kLocalhostMap. postrouting: packets from there
// that leave the host get an address of the host.
const std::vector<RulePlan>& LocalhostRules(Family family);

// `ip saddr 10.0.0.0/8 oifname "eth0" masquerade comment "OWNER"`.
RulePlan ToRule(const DesiredState::OwnedMasquerade& owned);
// The reverse; none if the rule is not one that natplan writes.
std::optional<DesiredState::OwnedMasquerade> ToOwnedMasquerade(Family family, const RuleSnapshot& rule);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_EXTRA_RULES_H_
