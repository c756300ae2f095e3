#include "cli/difference.h"

#include <string>
#include <utility>
#include <vector>

#include "cli/test_table.h"
#include "core/plan/element_changes.h"
#include "core/plan/extra_rules.h"
#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"
#include "core/plan/skeleton_plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  ASSERT_EQ(lines.size(), 13U);
  for (const DifferenceLine& line : lines) EXPECT_TRUE(line.wanted) << line.text;
  EXPECT_EQ(lines.front().text, "table ip natplan { comment \"natplan layout 2\"; }");
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

constexpr const char* kMinusMasquerade =
    "- rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast "
    "fib "
    "daddr type != multicast masquerade";
constexpr const char* kPlusMasquerade =
    "+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast "
    "fib "
    "daddr type != multicast masquerade";

TEST(DifferenceTest, AChainAtAnotherPriorityIsReplacedWithItsRules) {
  TableSnapshot table = WholeTable();
  table.chains[2].base->priority = 100;
  EXPECT_THAT(
      Lines(table),
      ElementsAre(
          kMinusMasquerade, "- rule ip natplan postrouting ct label 127 masquerade",
          "- chain ip natplan postrouting { type nat hook postrouting priority srcnat; policy accept; }",
          "+ chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }",
          kPlusMasquerade, "+ rule ip natplan postrouting ct label 127 masquerade"));
}

TEST(DifferenceTest, EachRuleOfAnEmptiedChainIsALineOnce) {
  TableSnapshot table = WholeTable();
  table.chains[2].rules.insert(table.chains[2].rules.begin(), table.chains[0].rules[0]);
  table.chains.push_back({.name = "foreign"});
  EXPECT_THAT(
      Lines(table),
      ElementsAre("- rule ip natplan postrouting fib daddr type local dnat ip to meta l4proto . th dport map "
                  "@map_port_ipport",
                  kMinusMasquerade, "- rule ip natplan postrouting ct label 127 masquerade",
                  "- chain ip natplan foreign", kPlusMasquerade,
                  "+ rule ip natplan postrouting ct label 127 masquerade"));
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

// The table of an owner that masquerades a prefix, and does so again by an interface.
TableSnapshot OwnedTable() {
  const Owner owner = Owner::Make("web").value();
  const Prefix prefix = Prefix::Parse("10.0.0.0/8").value();
  TableSnapshot table = WholeTable();
  const Element range = ToElement(prefix);
  table.sets[0].elements = {{.kind = ElementKind::kStart, .key = range.key},
                            {.kind = ElementKind::kEnd, .key = range.end}};
  table.sets[2].elements = {ToElement(LedgerEntry{prefix, owner.hash()}, owner)};
  const RulePlan rule =
      ToRule({owner, Masquerade::Make(prefix, InterfaceName::Make("eth0").value()).value()});
  table.chains[2].rules.push_back({.handle = 7, .expressions = rule.expressions, .comment = rule.comment});
  return table;
}

// What deletes the table and makes it again, with another comment and whatever `view` holds.
Transaction Remade(const TableSnapshot& table, const FamilyView& view) {
  Transaction out{.operations = {DeleteTable{kTable}}};
  for (const Operation& operation : Skeleton(kTable)) out.operations.push_back(operation);
  const RuleSnapshot& rule = table.chains[2].rules.back();
  out.operations.push_back(AppendRule{kTable, "postrouting", rule.expressions, rule.comment});
  for (const Operation& operation : ContentOf(kTable, view)) out.operations.push_back(operation);
  return out;
}

TEST(DifferenceTest, ADeletedRuleIsShownWithItsComment) {
  EXPECT_THAT(Difference({.operations = {DeleteRule{kTable, "postrouting", 7}}}, {.tables = {OwnedTable()}}),
              ElementsAre(DifferenceLine{false,
                                         "rule ip natplan postrouting ip saddr 10.0.0.0/8 oifname \"eth0\" "
                                         "fib saddr type != local fib daddr type != broadcast "
                                         "fib daddr type != multicast masquerade comment \"web\""}));
}

TEST(DifferenceTest, OfATableThatIsMadeAgainOnlyWhatDiffersIsShown) {
  TableSnapshot table = OwnedTable();
  table.comment.clear();
  FamilyView view = ViewOf({}, Family::kIp, &table);
  EXPECT_THAT(Difference(Remade(table, view), {.tables = {table}}),
              ElementsAre(DifferenceLine{false, "table ip natplan"},
                          DifferenceLine{true, "table ip natplan { comment \"natplan layout 2\"; }"}));
  table.comment = kTableComment;
  EXPECT_THAT(Difference(Remade(table, view), {.tables = {table}}), IsEmpty());
  view.ranges.clear();
  EXPECT_THAT(Difference(Remade(table, view), {.tables = {table}}),
              ElementsAre(DifferenceLine{false, "element ip natplan masq_saddr { 10.0.0.0/8 }"}));
}

TEST(DifferenceTest, InATableThatIsMadeAgainTheOrderOfRulesCounts) {
  TableSnapshot table = OwnedTable();
  const Transaction remade = Remade(table, ViewOf({}, Family::kIp, &table));
  std::swap(table.chains[2].rules[0], table.chains[2].rules[1]);
  EXPECT_EQ(Difference(remade, {.tables = {table}}).size(), 6U);
}

}  // namespace
}  // namespace natplan::cli
