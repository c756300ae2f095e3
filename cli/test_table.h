// natplan's own table of family ip, as tests change it.
#ifndef NATPLAN_CLI_TEST_TABLE_H_
#define NATPLAN_CLI_TEST_TABLE_H_

#include "core/plan/layout.h"
#include "core/values/snapshot.h"

namespace natplan::cli {

inline const TableId kTable{Family::kIp, kDefaultTable};

inline ChainSnapshot ToSnapshot(const ChainPlan& plan) {
  ChainSnapshot chain{.name = plan.name, .base = plan.base, .rules = {{.expressions = plan.forms.front()}}};
  for (const Expressions& behind : plan.behind) chain.rules.push_back({.expressions = behind});
  return chain;
}

// The table as natplan writes it, without elements.
inline TableSnapshot WholeTable() {
  TableSnapshot table{.id = kTable, .comment = kTableComment};
  for (const ChainPlan& plan : Chains({}, Family::kIp)) table.chains.push_back(ToSnapshot(plan));
  for (const auto& [name, shape] : Sets({}, Family::kIp))
    table.sets.push_back({.name = name, .shape = shape});
  return table;
}

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_TEST_TABLE_H_
