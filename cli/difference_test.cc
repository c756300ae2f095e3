#include "cli/difference.h"

#include <string>
#include <vector>

#include "core/plan/layout.h"
#include "core/plan/skeleton_plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TableId kTable{Family::kIp, "natplan"};

// The table as natplan writes it, without elements.
TableSnapshot WholeTable() {
  TableSnapshot table{.id = kTable};
  for (const ChainPlan& plan : Chains(Family::kIp)) {
    table.chains.push_back(
        {.name = plan.name, .base = plan.base, .rules = {{.expressions = plan.forms.front()}}});
  }
  table.sets.push_back({.name = kMasqueradeSet, .shape = MasqueradeShape(Family::kIp)});
  table.sets.push_back({.name = kForwardMap, .shape = ForwardShape(Family::kIp)});
  return table;
}

// What the planner would do about the table, as +/- lines.
std::vector<std::string> Lines(const TableSnapshot& table) {
  const SkeletonPlan plan = PlanSkeleton(kTable, &table, Scope::kExclusive);
  std::vector<std::string> out;
  for (const DifferenceLine& line : Difference({.operations = plan.operations}, {.tables = {table}})) {
    out.push_back((line.wanted ? "+ " : "- ") + line.text);
  }
  return out;
}

TEST(DifferenceTest, AWholeTableHasNone) { EXPECT_THAT(Lines(WholeTable()), IsEmpty()); }

TEST(DifferenceTest, AMissingTableIsAllPlus) {
  const std::vector<DifferenceLine> lines = Difference({.operations = Skeleton(kTable)}, {});
  ASSERT_EQ(lines.size(), 9U);
  for (const DifferenceLine& line : lines) EXPECT_TRUE(line.wanted) << line.text;
  EXPECT_EQ(lines.front().text, "table ip natplan");
}

TEST(DifferenceTest, ADormantTableIsShownAsSuch) {
  TableSnapshot table = WholeTable();
  table.dormant = true;
  EXPECT_THAT(Lines(table), ElementsAre("- table ip natplan { flags dormant; }", "+ table ip natplan"));
}

TEST(DifferenceTest, APolicyIsALineEachWay) {
  TableSnapshot table = WholeTable();
  table.chains[0].base->policy = Policy::kDrop;
  EXPECT_THAT(
      Lines(table),
      ElementsAre(
          "- chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy drop; }",
          "+ chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }"));
}

TEST(DifferenceTest, AChainAtAnotherPriorityIsReplacedWithItsRules) {
  TableSnapshot table = WholeTable();
  table.chains[2].base->priority = 100;
  EXPECT_THAT(
      Lines(table),
      ElementsAre(
          "- rule ip natplan postrouting ip saddr @masq_saddr masquerade",
          "- chain ip natplan postrouting { type nat hook postrouting priority srcnat; policy accept; }",
          "+ chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }",
          "+ rule ip natplan postrouting ip saddr @masq_saddr masquerade"));
}

TEST(DifferenceTest, EachRuleOfAnEmptiedChainIsALineOnce) {
  TableSnapshot table = WholeTable();
  table.chains[2].rules.insert(table.chains[2].rules.begin(), table.chains[0].rules[0]);
  table.chains.push_back({.name = "foreign"});
  EXPECT_THAT(
      Lines(table),
      ElementsAre("- rule ip natplan postrouting fib daddr type local dnat ip to meta l4proto . th dport map "
                  "@map_port_ipport",
                  "- rule ip natplan postrouting ip saddr @masq_saddr masquerade",
                  "- chain ip natplan foreign",
                  "+ rule ip natplan postrouting ip saddr @masq_saddr masquerade"));
}

TEST(DifferenceTest, ElementsAreOneLineEach) {
  const SetShape shape = MasqueradeShape(Family::kIp);
  const auto element = [](const char* prefix) { return ToElement(Prefix::Parse(prefix).value()); };
  const Transaction transaction{
      .operations = {
          DeleteElements{kTable, kMasqueradeSet, shape, {element("10.0.0.0/8"), element("192.0.2.1")}},
          AddElements{kTable, kMasqueradeSet, shape, true, {element("10.0.0.0/16")}},
          FlushSet{kTable, kForwardMap, true}, DeleteSet{kTable, "other"}}};
  EXPECT_THAT(Difference(transaction, {}),
              ElementsAre(DifferenceLine{false, "element ip natplan masq_saddr { 10.0.0.0/8 }"},
                          DifferenceLine{false, "element ip natplan masq_saddr { 192.0.2.1 }"},
                          DifferenceLine{true, "element ip natplan masq_saddr { 10.0.0.0/16 }"},
                          DifferenceLine{false, "all elements of map ip natplan map_port_ipport"},
                          DifferenceLine{false, "set ip natplan other"}));
}

}  // namespace
}  // namespace natplan::cli
