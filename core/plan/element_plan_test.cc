#include "core/plan/element_plan.h"

#include <gtest/gtest.h>

#include "core/text/nft_text.h"

namespace natplan {
namespace {

Prefix P(const char* text) { return Prefix::Parse(text).value(); }

// One wanted prefix against one foreign range, by first and exclusive end ("" the top).
struct Case {
  const char* wanted;
  const char* first;
  const char* end;
  bool conflict;
};

class ElementPlanTest : public testing::Test {
 protected:
  ElementPlan Plan(Scope scope) {
    return PlanAllElements({.table = {Family::kIp, "natplan"},
                            .own = own_,
                            .view = view_,
                            .want = want_,
                            .held = held_,
                            .edited = touched_,
                            .touched = touched_,
                            .scope = scope,
                            .mine = mine_,
                            .drop_localhost = false});
  }
  void Want(const char* prefix, const Owner& owner = Owner::Default()) {
    std::vector<Edit> undo;
    ASSERT_TRUE(want_.Apply({Edit::Kind::kAdd, owner, Masquerade::Make(P(prefix)).value()}, touched_, undo));
  }
  void Hold(const std::vector<const char*>& prefixes) {
    for (const char* prefix : prefixes) held_.prefixes.insert(P(prefix));
  }
  std::string Text(const ElementPlan& plan) {
    return ToText({.operations = ToOperations({Family::kIp, "natplan"}, plan.changes, true)});
  }

  bool own_ = false;
  FamilyView view_{.exists = true};
  DesiredState want_;
  Held held_;
  DesiredState::Touched touched_;
  OwnerSet mine_;
};

void Put(FamilyView& view, const std::vector<AddressRange>& ranges) {
  view.ranges.clear();
  for (const AddressRange& range : ranges) view.ranges.insert(range);
}

TEST_F(ElementPlanTest, AForeignRangeInAnyPositionIsAConflictExactlyIfItOverlaps) {
  const Case cases[] = {{"10.0.0.0/24", "10.0.0.128", "10.0.1.0", true},
                        {"10.0.0.0/24", "10.0.0.0", "10.0.0.128", true},
                        {"10.0.0.0/24", "10.0.0.64", "10.0.0.128", true},
                        {"10.0.0.0/24", "10.0.0.255", "10.0.1.0", true},
                        {"10.0.0.0/24", "9.0.0.0", "10.0.0.1", true},
                        {"10.0.0.0/24", "10.0.0.255", "10.2.0.0", true},
                        {"10.0.0.0/24", "0.0.0.0", "", true},
                        {"10.0.0.0/24", "10.0.0.0", "10.0.2.0", true},
                        {"10.0.0.0/24", "10.0.0.0", "", true},
                        {"10.0.0.128/25", "10.0.0.0", "10.0.1.0", true},
                        {"240.0.0.0/4", "255.255.255.255", "", true},
                        {"240.0.0.0/4", "0.0.0.0", "240.0.0.1", true},
                        {"10.0.0.0/24", "10.0.1.0", "10.0.2.0", false},
                        {"10.0.0.0/24", "9.0.0.0", "10.0.0.0", false},
                        {"10.0.0.0/24", "10.0.0.0", "10.0.1.0", false},
                        {"10.0.0.0/24", "10.0.1.0", "", false},
                        {"240.0.0.0/4", "0.0.0.0", "240.0.0.0", false},
                        {"0.0.0.0/1", "128.0.0.0", "", false}};
  for (const Case& c : cases) {
    want_ = {};
    touched_ = {};
    Want(c.wanted);
    Put(view_, {{Address::Parse(c.first).value(),
                 *c.end == 0 ? std::nullopt : std::optional(Address::Parse(c.end).value())}});
    const ElementPlan plan = Plan(Scope::kOwn);
    EXPECT_EQ(plan.conflicts.size(), c.conflict ? 1U : 0U)
        << c.wanted << " against " << c.first << "-" << c.end;
    if (c.conflict) {
      EXPECT_EQ(Text(plan), "");
      EXPECT_TRUE(plan.conflicts[0].edited);
      EXPECT_TRUE(Plan(Scope::kExclusive).conflicts.empty());
      EXPECT_EQ(Plan(Scope::kExclusive).changes.range_deletes.size(), 1U) << "removed, and once";
    }
  }
}

TEST_F(ElementPlanTest, WhatIsThereAlreadyIsAdopted) {
  Want("10.0.0.0/24");
  Put(view_, {{P("10.0.0.0").network(), P("10.0.1.0").network()}});
  const ElementPlan plan = Plan(Scope::kOwn);
  EXPECT_EQ(Text(plan), "");
  EXPECT_EQ(plan.changes.held_prefixes, std::vector{P("10.0.0.0/24")});
  EXPECT_TRUE(plan.foreign.empty());
}

// The address of a foreign start lies in a recorded prefix, which does not begin there.
TEST_F(ElementPlanTest, AnOpenRangeInsideARecordedPrefixIsNotWhatIsLeftOfIt) {
  own_ = true;
  const Owner a = Owner::Make("a").value();
  mine_ = {a};
  Want("10.0.0.0/8", a);
  view_.entries.insert({P("10.0.0.0/8"), a.hash()});
  view_.names.Add(a.hash(), a);
  Put(view_, {{P("10.5.0.0").network(), std::nullopt}});
  const ElementPlan foreign = Plan(Scope::kOwn);
  EXPECT_EQ(foreign.conflicts.size(), 1U);
  EXPECT_EQ(Text(foreign), "");
  Put(view_, {{P("10.0.0.0").network(), std::nullopt}});
  const ElementPlan rest = Plan(Scope::kOwn);
  EXPECT_TRUE(rest.conflicts.empty());
  EXPECT_NE(Text(rest), "");
}

TEST_F(ElementPlanTest, APrefixOfSeveralOwnersIsHeldIfAnyOfThemIsOfThisContext) {
  own_ = true;
  const Owner a = Owner::Make("a").value();
  const Owner b = Owner::Make("b").value();
  Want("10.0.0.0/24", a);
  Want("10.0.0.0/24", b);
  for (const Owner& owner : {a, b}) {
    mine_ = {owner};
    EXPECT_EQ(Plan(Scope::kOwn).changes.held_prefixes, std::vector{P("10.0.0.0/24")}) << owner.name();
  }
  mine_ = {Owner::Default()};
  EXPECT_TRUE(Plan(Scope::kOwn).changes.held_prefixes.empty());
}

TEST_F(ElementPlanTest, OnlyWhatIsHeldIsDeleted) {
  Put(view_, {{P("10.0.0.0").network(), P("10.0.1.0").network()},
              {P("10.1.0.0").network(), P("10.1.1.0").network()}});
  Hold({"10.0.0.0/24", "10.9.0.0/24"});
  const ElementPlan plan = Plan(Scope::kOwn);
  EXPECT_EQ(Text(plan), "delete element ip natplan masq_saddr { 10.0.0.0/24 }\n");
  EXPECT_EQ(plan.changes.released_prefixes.size(), 2U);
  EXPECT_EQ(plan.foreign, std::vector<std::string>{"element ip natplan masq_saddr { 10.1.0.0/24 }"});
}

TEST_F(ElementPlanTest, NodesThatDoNotPairAreAConflictOrEmptied) {
  Want("10.0.0.0/24");
  PairNodes(Family::kIp,
            {{.kind = ElementKind::kStart, .key = {10, 0, 0, 0}},
             {.kind = ElementKind::kStart, .key = {10, 0, 0, 128}},
             {.kind = ElementKind::kEnd, .key = {10, 0, 1, 0}}},
            view_);
  EXPECT_EQ(Plan(Scope::kOwn).conflicts.size(), 1U);
  EXPECT_EQ(Text(Plan(Scope::kExclusive)),
            "flush set ip natplan masq_saddr\nadd element ip natplan masq_saddr { 10.0.0.0/24 }\n");
}

TEST_F(ElementPlanTest, AnEndThatIsLeftOfOursIsDeletedBeforeItIsAddedAgain) {
  Want("10.0.0.0/24");
  Hold({"10.0.0.0/24"});
  PairNodes(Family::kIp, {{.kind = ElementKind::kEnd, .key = {10, 0, 1, 0}}}, view_);
  EXPECT_EQ(Text(Plan(Scope::kOwn)),
            "delete element ip natplan masq_saddr { interval end 10.0.1.0 }\n"
            "add element ip natplan masq_saddr { 10.0.0.0/24 }\n");
}

TEST_F(ElementPlanTest, ARangeOfOursThatLostItsEndUnderAnotherIsAddedAgainWhole) {
  Want("10.2.0.0/16");
  Want("240.0.0.0/4");
  held_.prefixes = want_.prefixes();
  view_.ranges.clear();
  // The end 10.3.0.0 is gone: to the kernel 10.2.0.0 reaches up to 240.0.0.0.
  PairNodes(Family::kIp,
            {{.kind = ElementKind::kStart, .key = {10, 2, 0, 0}},
             {.kind = ElementKind::kStart, .key = {240, 0, 0, 0}}},
            view_);
  const ElementPlan plan = Plan(Scope::kOwn);
  EXPECT_TRUE(plan.conflicts.empty());
  EXPECT_TRUE(plan.foreign.empty());
  EXPECT_EQ(plan.changes.range_deletes.size(), 2U);
  EXPECT_EQ(plan.changes.range_adds, (std::vector<Prefix>{P("10.2.0.0/16"), P("240.0.0.0/4")}));
  // With a start between that is not ours nothing is taken apart.
  held_.prefixes.erase(P("240.0.0.0/4"));
  EXPECT_EQ(Plan(Scope::kOwn).conflicts.size(), 2U);
}

TEST_F(ElementPlanTest, ElementsThatNatplanDoesNotKnowAreShownOrEmptied) {
  view_.unknown_ranges = view_.forwards.unknown = true;
  EXPECT_EQ(Plan(Scope::kOwn).foreign.size(), 2U);
  EXPECT_EQ(Text(Plan(Scope::kOwn)), "");
  EXPECT_EQ(Text(Plan(Scope::kExclusive)),
            "flush set ip natplan masq_saddr\nflush map ip natplan map_port_ipport\n");
}

}  // namespace
}  // namespace natplan
