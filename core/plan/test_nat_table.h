// The tables nat and raw of iptables in memory: rules as "CHAIN SPEC" and "-t raw CHAIN SPEC", in their
// order.
#ifndef NATPLAN_CORE_PLAN_TEST_NAT_TABLE_H_
#define NATPLAN_CORE_PLAN_TEST_NAT_TABLE_H_

#include <string>
#include <vector>

namespace natplan {

// What iptables-save prints of it.
std::string SavedText(const std::vector<std::string>& rules);

// Carries out a line of the two kinds that a plan has, as iptables-restore does: "-I CHAIN 1 SPEC" and
// "-D CHAIN SPEC", each with "-t raw " in front or not. False, and nothing is changed, if the line is of
// another kind or there is no such rule.
bool TakeLine(std::vector<std::string>& rules, const std::string& line);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_TEST_NAT_TABLE_H_
