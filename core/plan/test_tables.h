// Tables as a kernel shows them, for tests that plan from what they say.
#ifndef NATPLAN_CORE_PLAN_TEST_TABLES_H_
#define NATPLAN_CORE_PLAN_TEST_TABLES_H_

#include <algorithm>
#include <string>

#include "core/plan/layout.h"
#include "core/values/snapshot.h"

namespace natplan {

// A table with all that it always has, and no elements.
inline TableSnapshot Laid(const Layout& layout, Family family) {
  TableSnapshot table{.id = layout.Id(family), .comment = layout.own() ? kTableComment : ""};
  for (const ChainPlan& plan : Chains(layout, family)) {
    ChainSnapshot chain{.name = plan.name, .base = plan.base, .rules = {{.expressions = plan.forms.front()}}};
    for (const Expressions& rule : plan.behind) chain.rules.push_back({.expressions = rule});
    table.chains.push_back(chain);
  }
  for (const SetPlan& plan : Sets(layout, family))
    table.sets.push_back({.name = plan.name, .shape = plan.shape});
  return table;
}

// The table's set, map or chain; null if it is not there.
inline const SetSnapshot* FindSet(const TableSnapshot& table, const std::string& name) {
  const auto found = std::ranges::find(table.sets, name, &SetSnapshot::name);
  return found == table.sets.end() ? nullptr : &*found;
}
inline const ChainSnapshot* FindChain(const TableSnapshot& table, const std::string& name) {
  const auto found = std::ranges::find(table.chains, name, &ChainSnapshot::name);
  return found == table.chains.end() ? nullptr : &*found;
}

// One that is there, to be edited.
inline SetSnapshot& SetOf(TableSnapshot& table, const std::string& name) {
  return *std::ranges::find(table.sets, name, &SetSnapshot::name);
}
inline ChainSnapshot& ChainOf(TableSnapshot& table, const std::string& name) {
  return *std::ranges::find(table.chains, name, &ChainSnapshot::name);
}

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_TEST_TABLES_H_
