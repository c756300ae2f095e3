#include "core/plan/planner.h"

#include <gtest/gtest.h>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/plan/test_context.h"
#include "core/text/nft_text.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

const TableId kIpTable{Family::kIp, kDefaultTable};
const TableId kIp6Table{Family::kIp6, kDefaultTable};

class PlannerTest : public testing::Test {
 protected:
  Plan FromSnapshot(Scope scope = Scope::kOwn) {
    const KernelView view = ViewOf(layout_, kernel_.state());
    return PlanFromSnapshot({layout_, scope, want_, held_, edited_, edited_, without_, mine_, asked_},
                            kernel_.state(), view);
  }
  void Want(const Intent& intent) {
    std::vector<natplan::Edit> undo;
    ASSERT_TRUE(want_.Apply(Add(intent), edited_, undo));
  }

  FakeKernel kernel_;
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
  TestContext other(kernel_, "other");
  ASSERT_TRUE(other.Adds({Mask("10.0.0.0/8")}));
  ASSERT_TRUE(kernel_.Foreign({FlushChain{kIpTable, "output"}}));
  EXPECT_TRUE(FromSnapshot().transaction.operations.empty());
  EXPECT_FALSE(FromSnapshot().compared[Family::kIp]);
  EXPECT_FALSE(FromSnapshot(Scope::kExclusive).transaction.operations.empty());
}

TEST_F(PlannerTest, WhereASetHasAnotherShapeNobodyCanTellThatTheCallHasNothingThere) {
  ASSERT_TRUE(kernel_.Foreign({EnsureTable{kIpTable, kTableComment},
                               EnsureSet{kIpTable, kForwardMap, MasqueradeShape(Family::kIp)}}));
  EXPECT_FALSE(FromSnapshot().obstacle) << "nobody asked";
  asked_[Family::kIp6] = true;
  EXPECT_FALSE(FromSnapshot().obstacle) << "not about this family";
  asked_[Family::kIp] = true;
  EXPECT_TRUE(FromSnapshot().obstacle);
  EXPECT_TRUE(FromSnapshot(Scope::kAdopt).obstacle);
  layout_.table = "io.systemd.nat";
  ASSERT_TRUE(
      kernel_.Foreign({EnsureTable{layout_.Id(Family::kIp)},
                       EnsureSet{layout_.Id(Family::kIp), kForwardMap, MasqueradeShape(Family::kIp)}}));
  EXPECT_FALSE(FromSnapshot().obstacle) << "natplan takes nothing out of another program's table";
}

TEST_F(PlannerTest, AMapOfOurNameAndAnotherShapeStays) {
  ASSERT_TRUE(kernel_.Foreign(Skeleton(kIpTable)));
  ASSERT_TRUE(kernel_.Foreign({EnsureSet{kIpTable, kLocalhostMap, MasqueradeShape(Family::kIp)}}));
  Want(Mask("10.0.0.0/8"));
  const Plan plan = FromSnapshot();
  EXPECT_EQ(ToText(plan.transaction).find("delete"), std::string::npos) << ToText(plan.transaction);
  EXPECT_EQ(plan.foreign_skeleton, std::vector<std::string>{"set ip natplan map_localhost"});
  Want(LocalTo(80, "192.0.2.1:80"));
  EXPECT_TRUE(FromSnapshot().obstacle.has_value()) << "and is in the way of who wants it";
}

TEST_F(PlannerTest, TheLocalhostMapComesBeforeTheRuleThatLooksIntoItAndGoesAfterIt) {
  Want(LocalTo(80, "192.0.2.1:80"));
  const std::string come = ToText(FromSnapshot().transaction);
  EXPECT_LT(come.find("add map ip natplan map_localhost"), come.find("map @map_localhost"));
  ASSERT_TRUE(std::holds_alternative<Committed>(kernel_.Commit(FromSnapshot().transaction)));
  EXPECT_TRUE(FromSnapshot().transaction.operations.empty());
  Want(To(80, "192.0.2.1:80"));
  const std::string go = ToText(FromSnapshot().transaction);
  EXPECT_LT(go.find("delete rule"), go.find("delete map ip natplan map_localhost")) << go;
  ASSERT_TRUE(std::holds_alternative<Committed>(kernel_.Commit(FromSnapshot().transaction)));
  EXPECT_TRUE(FromSnapshot().transaction.operations.empty());
}

}  // namespace
}  // namespace natplan
