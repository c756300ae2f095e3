#include "core/plan/mirror.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/plan/test_intents.h"

namespace natplan {
namespace {

const TableId kTable = {Family::kIp, kDefaultTable};

Element Range(const char* prefix) { return ToElement(Prefix::Parse(prefix).value()); }
Element Entry(int port, const char* to, const char* owner) {
  return ToElement(MapEntry{HostPort{Family::kIp, Protocol::kTcp, Port::Make(port).value()},
                            Endpoint::Parse(to).value(), owner});
}
Element Recorded(const char* prefix, const char* owner) {
  const Owner named = Named(owner);
  return ToElement(LedgerEntry{Prefix::Parse(prefix).value(), named.hash()}, named);
}

SetShape ShapeOf(const std::string& set) {
  if (set == kOwnersSet) return OwnersShape(Family::kIp);
  return set == kMasqueradeSet ? MasqueradeShape(Family::kIp) : ForwardShape(Family::kIp);
}
Change Added(const char* set, const Element& element) {
  return {.table = kTable, .operation = AddElements{kTable, set, ShapeOf(set), false, {element}}};
}
Change Deleted(const char* set, const Element& element) {
  return {.table = kTable, .operation = DeleteElements{kTable, set, ShapeOf(set), {element}}};
}

// The kernel holds a range as two nodes, and one that reaches the top as one.
void Put(const Element& element, SetSnapshot& set) {
  if (element.kind != ElementKind::kRange) return set.elements.push_back(element);
  set.elements.push_back({.kind = ElementKind::kStart, .key = element.key});
  if (!element.end.empty()) set.elements.push_back({.kind = ElementKind::kEnd, .key = element.end});
}

// A view of a table of the layout's that holds what the changes added, in a snapshot's words.
FamilyView Read(const Layout& layout, const std::vector<Change>& added) {
  TableSnapshot table{.id = layout.Id(Family::kIp), .comment = kTableComment};
  for (const SetPlan& set : Sets(layout, Family::kIp))
    table.sets.push_back({.name = set.name, .shape = set.shape});
  table.sets.push_back({.name = kLocalhostMap, .shape = ForwardShape(Family::kIp)});
  for (const Change& change : added) {
    const auto& adds = std::get<AddElements>(*change.operation);
    for (SetSnapshot& set : table.sets) {
      if (set.name != adds.set) continue;
      for (const Element& element : adds.elements) Put(element, set);
    }
  }
  return ViewOf(layout, Family::kIp, &table);
}

class FollowTest : public testing::Test {
 protected:
  FollowTest() { view_[Family::kIp] = Read(layout_, {}); }

  bool Follows(const std::vector<Change>& changes) { return Follow(layout_, changes, view_, touched_); }
  // What was followed must look as if it had been read.
  void ExpectLikeRead(const std::vector<Change>& added) {
    const FamilyView read = Read(layout_, added);
    EXPECT_TRUE(std::ranges::equal(view_[Family::kIp].ranges, read.ranges));
    EXPECT_EQ(view_[Family::kIp].forwards.entries, read.forwards.entries);
    EXPECT_EQ(view_[Family::kIp].localhost.entries, read.localhost.entries);
    EXPECT_TRUE(std::ranges::equal(view_[Family::kIp].entries, read.entries));
  }

  Layout layout_;
  KernelView view_;
  DesiredState::Touched touched_;
};

TEST_F(FollowTest, FollowsElementsOfEverySetAsIfTheyWereRead) {
  const std::vector<Change> added = {
      Added(kMasqueradeSet, Range("10.0.0.0/8")), Added(kForwardMap, Entry(80, "192.0.2.1:80", "a")),
      Added(kLocalhostMap, Entry(80, "192.0.2.1:80", "a")), Added(kOwnersSet, Recorded("10.0.0.0/8", "a"))};
  ASSERT_TRUE(Follows(added));
  ExpectLikeRead(added);
  EXPECT_EQ(view_[Family::kIp].names.at(Named("a").hash()), Named("a"));
  ASSERT_TRUE(Follows({Deleted(kMasqueradeSet, Range("10.0.0.0/8")),
                       Deleted(kForwardMap, Entry(80, "192.0.2.1:80", "a")),
                       Deleted(kLocalhostMap, Entry(80, "192.0.2.1:80", "a")),
                       Deleted(kOwnersSet, Recorded("10.0.0.0/8", "a"))}));
  ExpectLikeRead({});
}

TEST_F(FollowTest, FollowsRangesSideBySideAndUpToTheTop) {
  const std::vector<Change> added = {
      Added(kMasqueradeSet, Range("240.0.0.0/4")), Added(kMasqueradeSet, Range("10.0.0.0/16")),
      Added(kMasqueradeSet, Range("10.2.0.0/16")), Added(kMasqueradeSet, Range("10.1.0.0/16"))};
  ASSERT_TRUE(Follows(added));
  ExpectLikeRead(added);
}

TEST_F(FollowTest, DoesNotFollowARangeThatOverlapsWhatIsThere) {
  for (const char* other : {"10.0.0.0/8", "10.0.0.0/24", "10.0.3.0/24", "10.0.255.0/24", "10.0.0.0/16"}) {
    view_[Family::kIp] = Read(layout_, {Added(kMasqueradeSet, Range("10.0.0.0/16"))});
    EXPECT_FALSE(Follows({Added(kMasqueradeSet, Range(other))})) << other;
  }
}

TEST_F(FollowTest, AStartAloneReachesTheTop) {
  const Element start = {.kind = ElementKind::kStart, .key = Range("240.0.0.0/4").key};
  ASSERT_TRUE(Follows({Added(kMasqueradeSet, start)}));
  ExpectLikeRead({Added(kMasqueradeSet, Range("240.0.0.0/4"))});
  ASSERT_TRUE(Follows({Deleted(kMasqueradeSet, start)}));
  ExpectLikeRead({});
  ASSERT_TRUE(Follows({Added(kMasqueradeSet, Range("255.0.0.0/8"))}));
  EXPECT_FALSE(Follows({Added(kMasqueradeSet, start)}));
}

TEST_F(FollowTest, DoesNotFollowNodesOfARange) {
  const Element range = Range("10.0.0.0/16");
  const std::vector<Change> added = {Added(kMasqueradeSet, range)};
  const Element start = {.kind = ElementKind::kStart, .key = range.key};
  const Element end = {.kind = ElementKind::kEnd, .key = range.end};
  for (const Change& change : {Deleted(kMasqueradeSet, start), Deleted(kMasqueradeSet, end),
                               Added(kMasqueradeSet, start), Added(kMasqueradeSet, end)}) {
    view_[Family::kIp] = Read(layout_, added);
    EXPECT_FALSE(Follows({change}));
  }
  view_[Family::kIp].broken.push_back({ToRange(Prefix::Parse("192.0.2.0/24").value()), {}});
  EXPECT_FALSE(Follows({Added(kMasqueradeSet, Range("10.2.0.0/16"))})) << "beside nodes that do not pair";
}

TEST_F(FollowTest, DoesNotFollowTheDeletionOfWhatTheViewDoesNotHave) {
  const std::vector<Change> added = {Added(kMasqueradeSet, Range("10.0.0.0/16")),
                                     Added(kForwardMap, Entry(80, "192.0.2.1:80", "a")),
                                     Added(kOwnersSet, Recorded("10.0.0.0/16", "a"))};
  for (const Change& change :
       {Deleted(kMasqueradeSet, Range("10.0.0.0/8")), Deleted(kMasqueradeSet, Range("10.0.0.0/24")),
        Deleted(kForwardMap, Entry(81, "192.0.2.1:80", "a")),
        Deleted(kForwardMap, Entry(80, "192.0.2.2:80", "a")),
        Deleted(kForwardMap, Entry(80, "192.0.2.1:80", "b")),
        Deleted(kOwnersSet, Recorded("10.0.0.0/16", "b")),
        Deleted(kOwnersSet, Recorded("10.0.0.0/8", "a"))}) {
    view_[Family::kIp] = Read(layout_, added);
    EXPECT_FALSE(Follows({change}));
  }
}

TEST_F(FollowTest, DoesNotFollowTheAdditionOfWhatTheViewHas) {
  view_[Family::kIp] = Read(layout_, {Added(kForwardMap, Entry(80, "192.0.2.1:80", "a")),
                                      Added(kOwnersSet, Recorded("10.0.0.0/16", "a"))});
  EXPECT_FALSE(Follows({Added(kForwardMap, Entry(80, "192.0.2.2:80", "a"))}));
  EXPECT_FALSE(Follows({Added(kOwnersSet, Recorded("10.0.0.0/16", "a"))}));
}

TEST_F(FollowTest, DoesNotFollowElementsThatNatplanDoesNotWrite) {
  Element entry = Entry(80, "192.0.2.1:80", "a");
  entry.data = {};
  EXPECT_FALSE(Follows({Added(kForwardMap, entry)}));
  Element recorded = Recorded("10.0.0.0/8", "a");
  recorded.comment = "b";
  EXPECT_FALSE(Follows({Added(kOwnersSet, recorded)}));
}

TEST_F(FollowTest, DoesNotFollowSetsOfAnotherShape) {
  for (const char* set : {kMasqueradeSet, kForwardMap, kLocalhostMap, kOwnersSet}) {
    const Element element = set == kMasqueradeSet ? Range("10.0.0.0/8")
                            : set == kOwnersSet   ? Recorded("10.0.0.0/8", "a")
                                                  : Entry(80, "192.0.2.1:80", "a");
    Change added = Added(set, element);
    std::get<AddElements>(*added.operation).shape.key_length += 4;
    EXPECT_FALSE(Follows({added})) << set;
    ASSERT_TRUE(Follows({Added(set, element)})) << set;
    Change deleted = Deleted(set, element);
    std::get<DeleteElements>(*deleted.operation).shape = {};  // nobody knows it
    EXPECT_FALSE(Follows({deleted})) << set;
  }
}

TEST_F(FollowTest, DoesNotFollowElementsWithoutTheirSetsShape) {
  Element range = Range("10.0.0.0/8");
  range.key = ElementKey(std::vector<std::uint8_t>(28, 10));
  EXPECT_FALSE(Follows({Added(kMasqueradeSet, range)}));
  EXPECT_FALSE(Follows({Deleted(kMasqueradeSet, range)}));
  range = Range("10.0.0.0/8");
  range.end = {11};
  EXPECT_FALSE(Follows({Added(kMasqueradeSet, range)}));
  EXPECT_TRUE(view_[Family::kIp].ranges.empty());
}

TEST_F(FollowTest, DoesNotFollowTwoNamesOfOneHash) {
  view_[Family::kIp].names.Add(Named("a").hash(), Named("b"));
  EXPECT_FALSE(Follows({Added(kOwnersSet, Recorded("10.0.0.0/8", "a"))}));
}

TEST_F(FollowTest, DoesNotFollowAnythingButElements) {
  EXPECT_FALSE(Follows({{.table = kTable, .operation = FlushSet{kTable, kMasqueradeSet, false}}}));
  EXPECT_FALSE(Follows({{.table = kTable, .operation = DeleteTable{kTable}}}));
  EXPECT_FALSE(Follows({{.table = kTable, .other = "add object ip natplan counter"}}));
  EXPECT_FALSE(Follows({Added("theirs", Range("10.0.0.0/8"))}));
  Change elsewhere = Added(kMasqueradeSet, Range("10.0.0.0/8"));
  elsewhere.table.name = "other";
  EXPECT_FALSE(Follows({elsewhere}));
}

TEST_F(FollowTest, TheOriginsTableHasNoOwners) {
  layout_.table = "io.systemd.nat";
  view_[Family::kIp] = Read(layout_, {});
  const auto there = [&](Change change) {
    change.table.name = layout_.table;
    return change;
  };
  ASSERT_TRUE(Follows({there(Added(kForwardMap, Entry(80, "192.0.2.1:80", "a")))}));
  EXPECT_EQ(view_[Family::kIp].forwards.entries.begin()->second.owner, "");
  EXPECT_FALSE(Follows({there(Added(kOwnersSet, Recorded("10.0.0.0/8", "a")))}));
  EXPECT_FALSE(Follows({there(Added(kLocalhostMap, Entry(80, "192.0.2.1:80", "a")))}));
}

}  // namespace
}  // namespace natplan
