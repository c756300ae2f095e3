// A base chain of nf_tables or of iptables-legacy, with all rules that it can lead to.
#ifndef NATPLAN_CORE_FOREIGN_BASE_RULES_H_
#define NATPLAN_CORE_FOREIGN_BASE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/foreign/ruleset.h"
#include "core/foreign/walk.h"
#include "core/text/iptables_text.h"

namespace natplan::foreign {

struct BaseRules {
  Program program = {};
  std::string table;  // "table ip nat", "table nat of iptables-legacy"
  std::string base_chain;
  std::int32_t priority = 0;
  // "rule handle 7 (tcp dport 80 drop)", "rule -A FORWARD -j DROP"
  std::function<std::string(const std::string& chain, std::size_t rule)> rule_text = {};
  std::function<std::string(const std::string& chain, std::size_t rule)> comment = {};
};

// What is given must outlive the result.
BaseRules RulesOf(const Table& table, const ChainSnapshot& base, const Packets& packets);
// `rules` are those of one table; all its base chains that see destinations have one priority a hook.
BaseRules RulesOf(const std::vector<SavedRule>& rules, const std::string& table,
                  const std::string& base_chain, std::int32_t priority, const Packets& packets);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_BASE_RULES_H_
