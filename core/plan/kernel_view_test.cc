#include "core/plan/kernel_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"

namespace natplan {
namespace {

ElementKey Key(const std::string& address) { return ElementKey(Address::Parse(address).value().bytes()); }

// "s8 e32" are a start at 0.0.0.8 and an end at 0.0.0.32; other addresses are written whole.
std::vector<Element> Nodes(const std::vector<std::string>& texts) {
  std::vector<Element> out;
  for (const std::string& text : texts) {
    const std::string rest = text.substr(1);
    const bool whole = rest.find_first_of(".:") != std::string::npos;
    out.push_back({.kind = text[0] == 's' ? ElementKind::kStart : ElementKind::kEnd,
                   .key = Key(whole ? rest : "0.0.0." + rest)});
  }
  return out;
}

std::string Text(const Address& address) {
  return address.ToString().substr(address.ToString().rfind("0.0.0.") == 0 ? 6 : 0);
}
std::string Text(const FamilyView& view) {
  std::string out;
  for (const auto& [first, end] : view.ranges)
    out += "[" + Text(first) + "," + (end ? Text(*end) : "top") + ")";
  for (const BrokenRange& broken : view.broken) {
    out += " broken[" + Text(broken.covers.first) + "," +
           (broken.covers.end ? Text(*broken.covers.end) : "top") + ")x" +
           std::to_string(broken.nodes.size());
  }
  return out;
}

std::string Paired(const std::vector<std::string>& texts) {
  std::vector<Element> nodes = Nodes(texts);
  std::ranges::sort(nodes);
  std::string first;
  // The order in which a kernel dumps them does not matter.
  do {
    FamilyView view;
    PairNodes(Family::kIp, nodes, view);
    if (first.empty()) first = Text(view);
    EXPECT_EQ(Text(view), first);
  } while (nodes.size() <= 5 && std::ranges::next_permutation(nodes).found);
  return first;
}

TEST(KernelViewTest, StartsAndEndsPairToRanges) {
  EXPECT_EQ(Paired({}), "");
  EXPECT_EQ(Paired({"s8", "e16"}), "[8,16)");
  EXPECT_EQ(Paired({"s8", "e16", "s32", "e64"}), "[8,16)[32,64)");
  EXPECT_EQ(Paired({"s0", "e8"}), "[0,8)");
}

TEST(KernelViewTest, AdjacentRangesShareAKey) {
  EXPECT_EQ(Paired({"s8", "e16", "s16", "e32"}), "[8,16)[16,32)");
}

TEST(KernelViewTest, TheEndThatNftWritesAtZeroIsNothing) {
  EXPECT_EQ(Paired({"e0"}), "");
  EXPECT_EQ(Paired({"e0", "s8", "e16"}), "[8,16)");
  EXPECT_EQ(Paired({"e0", "s0", "e16"}), "[0,16)");
}

TEST(KernelViewTest, ALoneStartReachesToTheTop) {
  EXPECT_EQ(Paired({"s240.0.0.0"}), "[240.0.0.0,top)");
  EXPECT_EQ(Paired({"s8", "e16", "s32"}), "[8,16)[32,top)");
}

TEST(KernelViewTest, RangesThatShareAnEndDoNotPair) {
  EXPECT_EQ(Paired({"s8", "s16", "e32"}), " broken[8,32)x3");
  EXPECT_EQ(Paired({"s8", "s16"}), " broken[8,top)x2");
  EXPECT_EQ(Paired({"s8", "s16", "e32", "s64", "e65"}), "[64,65) broken[8,32)x3");
}

TEST(KernelViewTest, AStrayEndCoversTheAddressBelowIt) {
  EXPECT_EQ(Paired({"e8"}), " broken[0,8)x1");
  EXPECT_EQ(Paired({"s8", "e16", "e32"}), "[8,16) broken[16,32)x1");
  EXPECT_EQ(Paired({"e0.0.1.0"}), " broken[0,0.0.1.0)x1");
}

TEST(KernelViewTest, RangesOverlapOnlyWhereTheyShareAnAddress) {
  const auto range = [](const char* first, const char* end) {
    return AddressRange{Address::Parse(first).value(),
                        *end == 0 ? std::nullopt : std::optional(Address::Parse(end).value())};
  };
  EXPECT_FALSE(range("1.0.0.0", "2.0.0.0").Overlaps(range("2.0.0.0", "3.0.0.0")));
  EXPECT_TRUE(range("1.0.0.0", "2.0.0.1").Overlaps(range("2.0.0.0", "3.0.0.0")));
  EXPECT_TRUE(range("1.0.0.0", "").Overlaps(range("2.0.0.0", "3.0.0.0")));
  EXPECT_FALSE(range("3.0.0.0", "").Overlaps(range("2.0.0.0", "3.0.0.0")));
  EXPECT_TRUE(range("3.0.0.0", "").Overlaps(range("255.255.255.255", "")));
}

TEST(KernelViewTest, OnlySetsOfTheLayoutsShapeAreRead) {
  TableSnapshot table{.id = {Family::kIp, "natplan"}};
  table.sets = {
      {.name = kMasqueradeSet, .shape = MasqueradeShape(Family::kIp), .elements = Nodes({"s8", "e16"})},
      {.name = kForwardMap, .shape = MasqueradeShape(Family::kIp), .elements = Nodes({"s8", "e16"})},
      {.name = "other", .shape = MasqueradeShape(Family::kIp), .elements = Nodes({"s32", "e33"})}};
  const FamilyView view = ViewOf({}, Family::kIp, &table);
  EXPECT_TRUE(view.exists);
  EXPECT_EQ(Text(view), "[8,16)");
  EXPECT_TRUE(view.forwards.entries.empty());
  EXPECT_TRUE(view.forwards.others.empty());
  EXPECT_FALSE(ViewOf({}, Family::kIp, nullptr).exists);
}

TEST(KernelViewTest, EntriesThatNatplanDoesNotWriteAreKeptApart) {
  const Element ours = ToElement(
      MapEntry{{Family::kIp, Protocol::kTcp, Port::Make(80).value()}, Endpoint::Parse("1.2.3.4:80").value()});
  const Element theirs{.key = {1, 0, 0, 0, 0, 80, 0, 0}, .data = ours.data};
  TableSnapshot table{.id = {Family::kIp, "natplan"}};
  table.sets = {{.name = kForwardMap,
                 .shape = ForwardShape(Family::kIp),
                 .elements = {ours, theirs},
                 .other_elements = true}};
  const FamilyView view = ViewOf({}, Family::kIp, &table);
  EXPECT_EQ(view.forwards.entries.size(), 1U);
  EXPECT_EQ(view.forwards.others, std::vector{theirs});
  EXPECT_TRUE(view.forwards.unknown);
  EXPECT_FALSE(view.unknown_ranges);
}

TEST(KernelViewTest, ElementsWithoutTheirSetsShapeAreUnknownAndNotRead) {
  const Element too_long{.kind = ElementKind::kStart, .key = ElementKey(std::vector<std::uint8_t>(28, 10))};
  const Element too_short{.kind = ElementKind::kEnd, .key = {10}};
  const Element no_node{.kind = ElementKind::kSingle, .key = {10, 0, 0, 0}};
  for (const Family family : kFamilies) {
    for (const Element& element : {too_long, too_short, no_node}) {
      TableSnapshot table{.id = {family, kDefaultTable}, .comment = kTableComment};
      table.sets = {{.name = kMasqueradeSet, .shape = MasqueradeShape(family), .elements = {element}},
                    {.name = kForwardMap, .shape = ForwardShape(family), .elements = {element}},
                    {.name = kLocalhostMap, .shape = ForwardShape(family), .elements = {element}},
                    {.name = kOwnersSet, .shape = OwnersShape(family), .elements = {element}}};
      const FamilyView view = ViewOf({}, family, &table);
      EXPECT_TRUE(view.unknown_ranges && view.forwards.unknown && view.localhost.unknown);
      EXPECT_TRUE(view.unknown_junk);
      EXPECT_EQ(Text(view), "");
      EXPECT_TRUE(view.forwards.others.empty() && view.localhost.others.empty() && view.junk.empty());
    }
  }
}

TEST(KernelViewTest, WhatStandsInTheLocalhostMapForAnotherTargetIsNoPartOfAnIntent) {
  const HostPort key{Family::kIp, Protocol::kTcp, Port::Make(80).value()};
  const HeldTarget held{Endpoint::Parse("1.2.3.4:80").value(), "default"};
  FamilyView view{.exists = true};
  view.forwards.entries.emplace(key, held);
  const auto localhost = [&] { return std::get<Forward>(IntentsOf(view, Owner::Default()).at(0)).localhost; };
  EXPECT_FALSE(localhost());
  view.localhost.entries.emplace(key, HeldTarget{Endpoint::Parse("1.2.3.5:80").value(), "default"});
  EXPECT_FALSE(localhost());
  view.localhost.entries.insert_or_assign(key, HeldTarget{held.to, "another"});
  EXPECT_FALSE(localhost());
  view.localhost.entries.insert_or_assign(key, held);
  EXPECT_TRUE(localhost());
  EXPECT_TRUE(IntentsOf(view, Owner::Make("another").value()).empty());
}

}  // namespace
}  // namespace natplan
