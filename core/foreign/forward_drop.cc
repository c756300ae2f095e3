#include "core/foreign/forward_drop.h"

#include <algorithm>
#include <string_view>

#include "core/foreign/base_rules.h"
#include "core/text/shown_text.h"

namespace natplan::foreign {
namespace {

std::optional<std::string> WhoDropsIn(const BaseRules& rules, bool policy_drops, const PortSet& asked) {
  const Way way = Walk(rules.program, rules.base_chain);
  if (!way.complete) return std::nullopt;
  PortSet passes = policy_drops ? PortSet() : way.rest.may;
  const End* drop = nullptr;  // the first one that drops for certain, else the last one that may
  bool certain = false;
  for (const End& end : way.ends) {
    if (end.ending != Ending::kDrop) {
      passes = passes | end.when.may;
    } else if (!certain && !(end.when.may & asked).empty()) {
      drop = &end;
      certain = !(end.when.must & asked).empty();
    }
  }
  if (!(passes & asked).empty()) return std::nullopt;
  const bool comes_to_policy = !(way.rest.may & asked).empty();
  if (drop == nullptr || (comes_to_policy && !certain))
    return "policy drop of " + rules.table + ", chain " + ShownText(rules.base_chain);
  return rules.table + ", chain " + ShownText(drop->chain) + ", " + rules.rule_text(drop->chain, drop->rule);
}

}  // namespace

std::optional<std::string> WhoDrops(const Filters& filters, const Packets& packets,
                                    std::optional<std::uint16_t> port) {
  constexpr std::int32_t kFilterPriority = 0;
  const PortSet asked = port ? PortSet({PortRange{*port, *port}}) : PortSet::All();
  for (const Table& table : filters.nf_tables.tables) {
    if (table.dormant || !Sees(table.family, packets.family)) continue;
    for (const ChainSnapshot& chain : table.chains) {
      if (!chain.base || chain.base->type != "filter" || chain.base->hook != Hook::kForward) continue;
      const bool policy_drops = chain.base->policy == Policy::kDrop;
      if (auto who = WhoDropsIn(RulesOf(table, chain, packets), policy_drops, asked)) return who;
    }
  }
  const SavedTable& legacy = filters.legacy[packets.family];
  const bool policy_drops = std::ranges::find(legacy.dropping, "FORWARD") != legacy.dropping.end();
  return WhoDropsIn(RulesOf(legacy.rules, "filter", "FORWARD", kFilterPriority, packets), policy_drops,
                    asked);
}

}  // namespace natplan::foreign
