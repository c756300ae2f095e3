#include "core/plan/planner.h"

#include <gtest/gtest.h>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/plan/test_intents.h"
#include "core/plan/test_tables.h"
#include "core/text/nft_text.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

const TableId kIpTable{Family::kIp, kDefaultTable};
const TableId kIp6Table{Family::kIp6, kDefaultTable};

class PlannerTest : public testing::Test {
 protected:
  Plan FromSnapshot(Scope scope = Scope::kOwn) {
    const KernelView view = ViewOf(layout_, snapshot_);
    return PlanFromSnapshot({layout_, scope, want_, held_, edited_, edited_, without_, mine_, asked_},
                            snapshot_, view);
  }
  void Want(const Intent& intent) {
    std::vector<natplan::Edit> undo;
    ASSERT_TRUE(want_.Apply(Add(intent), edited_, undo));
  }

  Snapshot snapshot_ = {.generation = 1};
  Layout layout_;
  DesiredState want_;
  PerFamily<Held> held_;
  DesiredState::Touched edited_;
  std::set<Family> without_;
  OwnerSet mine_ = {Owner::Default()};
  PerFamily<bool> asked_ = {};
};

TEST_F(PlannerTest, OfNatplansOwnTableTheLedgerAndTheLocalhostMapAreReadToo) {
  EXPECT_EQ(RequestFor({}).sets,
            (std::vector<std::string>{kMasqueradeSet, kForwardMap, kLocalhostMap, kOwnersSet}));
  EXPECT_EQ(RequestFor({"io.systemd.nat"}).sets, (std::vector<std::string>{kMasqueradeSet, kForwardMap}));
  EXPECT_EQ(RequestFor({}).tables, (std::vector<TableId>{kIpTable, kIp6Table}));
}

TEST_F(PlannerTest, OnlyTheFamilyThatIsWantedIsCreated) {
  Want(Mask("fd00::/8"));
  const Plan plan = FromSnapshot();
  EXPECT_FALSE(plan.touches[Family::kIp]);
  EXPECT_TRUE(plan.touches[Family::kIp6]);
  for (const Operation& operation : plan.transaction.operations) EXPECT_EQ(TableOf(operation), kIp6Table);
  without_ = {Family::kIp6};
  EXPECT_TRUE(FromSnapshot().transaction.operations.empty());
}

TEST_F(PlannerTest, UnderTheOriginsNameThereIsNoLedgerAndNoComment) {
  layout_.table = "io.systemd.nat";
  Want(Mask("10.0.0.0/8"));
  Want(To(80, "192.0.2.1:80"));
  const std::string text = ToText(FromSnapshot().transaction);
  EXPECT_EQ(text.find("comment"), std::string::npos) << text;
  EXPECT_EQ(text.find("owners"), std::string::npos) << text;
}

TEST_F(PlannerTest, ATableInWhichWeHaveAndWantNothingIsLeftAloneInScopeOwn) {
  const Prefix prefix = Prefix::Parse("10.0.0.0/8").value();
  const Owner other = Named("other");
  TableSnapshot table = Laid(layout_, Family::kIp);
  ChainOf(table, "output").rules.clear();
  const Element range = ToElement(prefix);
  SetOf(table, kMasqueradeSet).elements = {{.kind = ElementKind::kStart, .key = range.key},
                                           {.kind = ElementKind::kEnd, .key = range.end}};
  SetOf(table, kOwnersSet).elements = {ToElement(LedgerEntry{prefix, other.hash()}, other)};
  snapshot_.tables = {table};
  EXPECT_TRUE(FromSnapshot().transaction.operations.empty());
  EXPECT_FALSE(FromSnapshot().compared[Family::kIp]);
  EXPECT_FALSE(FromSnapshot(Scope::kExclusive).transaction.operations.empty());
}

TEST_F(PlannerTest, WhereASetHasAnotherShapeNobodyCanTellThatTheCallHasNothingThere) {
  const SetSnapshot of_another_shape{.name = kForwardMap, .shape = MasqueradeShape(Family::kIp)};
  snapshot_.tables = {{.id = kIpTable, .comment = kTableComment, .sets = {of_another_shape}}};
  EXPECT_FALSE(FromSnapshot().obstacle) << "nobody asked";
  asked_[Family::kIp6] = true;
  EXPECT_FALSE(FromSnapshot().obstacle) << "not about this family";
  asked_[Family::kIp] = true;
  EXPECT_TRUE(FromSnapshot().obstacle);
  EXPECT_TRUE(FromSnapshot(Scope::kAdopt).obstacle);
  layout_.table = "io.systemd.nat";
  snapshot_.tables.push_back({.id = layout_.Id(Family::kIp), .sets = {of_another_shape}});
  EXPECT_FALSE(FromSnapshot().obstacle) << "natplan takes nothing out of another program's table";
}

TEST_F(PlannerTest, AMapOfOurNameAndAnotherShapeStays) {
  snapshot_.tables = {Laid(layout_, Family::kIp)};
  snapshot_.tables.front().sets.push_back({.name = kLocalhostMap, .shape = MasqueradeShape(Family::kIp)});
  Want(Mask("10.0.0.0/8"));
  const Plan plan = FromSnapshot();
  EXPECT_EQ(ToText(plan.transaction).find("delete"), std::string::npos) << ToText(plan.transaction);
  EXPECT_EQ(plan.foreign_skeleton, std::vector<std::string>{"set ip natplan map_localhost"});
  Want(LocalTo(80, "192.0.2.1:80"));
  EXPECT_TRUE(FromSnapshot().obstacle.has_value()) << "and is in the way of who wants it";
}

}  // namespace
}  // namespace natplan
