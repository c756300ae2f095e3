#include "core/values/desired_state.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/values/failing_new.h"

namespace natplan {
namespace {

Owner Named(const char* name) { return Owner::Make(name).value(); }
Masquerade Mask(const char* text) { return Masquerade::Make(Prefix::Parse(text).value()).value(); }
Forward To(Protocol protocol, int port, const char* to) {
  return {protocol, Port::Make(port).value(), Endpoint::Parse(to).value()};
}
Edit Add(const char* owner, const Intent& intent) { return {Edit::Kind::kAdd, Named(owner), intent}; }
Edit Remove(const char* owner, const Intent& intent) { return {Edit::Kind::kRemove, Named(owner), intent}; }

// Everything that can be seen of it.
std::string Text(const DesiredState& state) {
  std::string out;
  std::map<Prefix, std::set<Owner>> owners_of;
  for (const LedgerEntry& entry : state.masquerades()) owners_of[entry.prefix].insert(state.OwnerOf(entry));
  for (const auto& [prefix, owners] : owners_of) {
    out += prefix.ToString() + " of";
    for (const Owner& owner : owners) out += " " + owner.name();
    out += "\n";
  }
  out += "union:";
  for (const Prefix& prefix : state.prefixes()) out += " " + prefix.ToString();
  out += "\n";
  for (const auto& [key, forward] : state.forwards()) {
    out += ToString(key) + " to " + forward.to.ToString() + " of " + forward.owner.name() + "\n";
  }
  return out;
}

class DesiredStateTest : public testing::Test {
 protected:
  std::expected<void, Error> Do(const Edit& edit) {
    touched = {};
    undo.clear();
    return state.Apply(edit, touched, undo);
  }
  DesiredState state;
  DesiredState::Touched touched;
  std::vector<Edit> undo;
};

TEST_F(DesiredStateTest, APrefixStaysUntilItsLastOwnerGoes) {
  ASSERT_TRUE(Do(Add("a", Mask("10.0.0.0/24"))));
  EXPECT_EQ(touched.prefixes.size(), 1U);
  ASSERT_TRUE(Do(Add("b", Mask("10.0.0.0/24"))));
  EXPECT_TRUE(touched.prefixes.empty());
  ASSERT_TRUE(Do(Remove("a", Mask("10.0.0.0/24"))));
  EXPECT_TRUE(touched.prefixes.empty());
  EXPECT_EQ(state.prefixes().size(), 1U);
  ASSERT_TRUE(Do(Remove("b", Mask("10.0.0.0/24"))));
  EXPECT_EQ(touched.prefixes.size(), 1U);
  EXPECT_EQ(Text(state), "union:\n");
}

TEST_F(DesiredStateTest, AWiderPrefixOfAnotherOwnerHidesANarrowOneAndGivesItBack) {
  ASSERT_TRUE(Do(Add("a", Mask("10.0.0.0/16"))));
  ASSERT_TRUE(Do(Add("b", Mask("10.0.0.0/8"))));
  EXPECT_EQ(touched.prefixes.size(), 2U);
  EXPECT_EQ(Text(state), "10.0.0.0/8 of b\n10.0.0.0/16 of a\nunion: 10.0.0.0/8\n");
  ASSERT_TRUE(Do(Remove("b", Mask("10.0.0.0/8"))));
  EXPECT_EQ(Text(state), "10.0.0.0/16 of a\nunion: 10.0.0.0/16\n");
}

TEST_F(DesiredStateTest, RemovingWhatAnotherOwnerHoldsChangesNothing) {
  ASSERT_TRUE(Do(Add("a", Mask("10.0.0.0/16"))));
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  const std::string before = Text(state);
  ASSERT_TRUE(Do(Remove("b", Mask("10.0.0.0/16"))));
  ASSERT_TRUE(Do(Remove("b", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  EXPECT_TRUE(undo.empty());
  EXPECT_EQ(Text(state), before);
}

TEST_F(DesiredStateTest, APortOfAnotherOwnerIsAConflictWithBothSides) {
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  const std::string before = Text(state);
  const auto refused = Do(Add("b", To(Protocol::kTcp, 80, "192.0.2.1:80")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(refused.error().errno_value, EEXIST);
  EXPECT_NE(refused.error().ours.find("\"b\""), std::string::npos);
  EXPECT_NE(refused.error().theirs.find("\"a\""), std::string::npos);
  EXPECT_EQ(Text(state), before);
}

TEST_F(DesiredStateTest, ProtocolsAndFamiliesAreDifferentPorts) {
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  ASSERT_TRUE(Do(Add("b", To(Protocol::kUdp, 80, "192.0.2.1:80"))));
  ASSERT_TRUE(Do(Add("c", To(Protocol::kTcp, 80, "[fd00::5]:80"))));
  EXPECT_EQ(state.forwards().size(), 3U);
}

TEST_F(DesiredStateTest, AForwardOfTheSameOwnerReplacesItsTargetEvenIfOnlyThePortChanges) {
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:81"))));
  EXPECT_EQ(touched.ports.size(), 1U);
  EXPECT_EQ(Text(state), "union:\nip tcp port 80 to 192.0.2.1:81 of a\n");
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:81"))));
  EXPECT_EQ(touched.ports.size(), 1U) << "somebody else may stand there by now";
  EXPECT_TRUE(undo.empty());
}

TEST_F(DesiredStateTest, AStaleTargetIsNoReasonToKeepAPort) {
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80"))));
  ASSERT_TRUE(Do(Remove("a", To(Protocol::kTcp, 80, "192.0.2.9:9"))));
  EXPECT_EQ(Text(state), "union:\n");
}

TEST_F(DesiredStateTest, EachFamilyIsWantedOnlyIfSomethingOfItIs) {
  EXPECT_FALSE(state.Wants(Family::kIp));
  ASSERT_TRUE(Do(Add("a", Mask("10.0.0.0/16"))));
  EXPECT_TRUE(state.Wants(Family::kIp));
  EXPECT_FALSE(state.Wants(Family::kIp6));
  ASSERT_TRUE(Do(Add("a", To(Protocol::kTcp, 80, "[fd00::5]:80"))));
  EXPECT_TRUE(state.Wants(Family::kIp6));
  ASSERT_TRUE(Do(Remove("a", Mask("10.0.0.0/16"))));
  EXPECT_FALSE(state.Wants(Family::kIp));
}

TEST(DesiredStateTouchedTest, APrefixAnEntryOrAPortTouchesItsFamilyAlone) {
  const HostPort port{Family::kIp6, Protocol::kTcp, Port::Make(80).value()};
  const Prefix ip = Prefix::Parse("10.0.0.0/8").value();
  const Prefix ip6 = Prefix::Parse("fd00::/16").value();
  const auto has = [](const DesiredState::Touched& touched) {
    return std::pair(touched.Has(Family::kIp), touched.Has(Family::kIp6));
  };
  EXPECT_EQ(has({}), std::pair(false, false));
  EXPECT_EQ(has({.prefixes = {ip}}), std::pair(true, false));
  EXPECT_EQ(has({.prefixes = {ip6}}), std::pair(false, true));
  EXPECT_EQ(has({.prefixes = {ip, ip6}}), std::pair(true, true));
  EXPECT_EQ(has({.entries = {{ip, {1}}}}), std::pair(true, false));
  EXPECT_EQ(has({.ports = {port}}), std::pair(false, true));
}

TEST_F(DesiredStateTest, RemovalsToTakeAwayWhatAnOwnerWantsBesideAndLeaveTheOthersAlone) {
  for (const Edit& edit :
       {Add("a", Mask("10.0.0.0/16")), Add("b", Mask("10.0.0.0/16")), Add("a", Mask("10.1.0.0/16")),
        Add("a", To(Protocol::kTcp, 80, "192.0.2.1:80")), Add("a", To(Protocol::kTcp, 81, "192.0.2.1:81")),
        Add("b", To(Protocol::kTcp, 82, "192.0.2.1:82"))}) {
    ASSERT_TRUE(Do(edit));
  }
  const std::vector<Edit> removals = state.RemovalsTo(
      Named("a"), {Mask("10.2.0.0/16"), To(Protocol::kTcp, 80, "192.0.2.7:80"), Mask("10.1.0.0/16")});
  for (const Edit& edit : removals) {
    EXPECT_EQ(edit.kind, Edit::Kind::kRemove);
    ASSERT_TRUE(Do(edit));
  }
  EXPECT_EQ(Text(state),
            "10.0.0.0/16 of b\n10.1.0.0/16 of a\nunion: 10.0.0.0/16 10.1.0.0/16\n"
            "ip tcp port 80 to 192.0.2.1:80 of a\nip tcp port 82 to 192.0.2.1:82 of b\n");
}

// Tiny pools, so that edits meet.
Edit RandomEdit(std::mt19937& random) {
  const auto pick = [&](auto& pool) { return pool[random() % std::size(pool)]; };
  const char* owners[] = {"a", "b"};
  const char* prefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24",
                            "10.0.1.0/24", "fd00::/8",    "fd00::/16"};
  const char* targets[] = {"192.0.2.1:80", "192.0.2.2:80", "[fd00::5]:80"};
  const int ports[] = {80, 81};
  Intent intent = Mask(pick(prefixes));
  if (random() % 2 == 0) intent = To(Protocol::kTcp, pick(ports), pick(targets));
  return {random() % 2 == 0 ? Edit::Kind::kAdd : Edit::Kind::kRemove, Named(pick(owners)), intent};
}

TEST_F(DesiredStateTest, UndoneFromTheBackEverySequenceIsTakenBack) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 5; ++i) (void)Do(RandomEdit(random));
    const std::string before = Text(state);
    DesiredState::Touched ignored;
    std::vector<Edit> back;
    for (int i = 0; i < 6; ++i) (void)state.Apply(RandomEdit(random), ignored, back);
    std::vector<Edit> redo;
    while (!back.empty()) {
      ASSERT_TRUE(state.Apply(back.back(), ignored, redo)) << "seed " << seed;
      back.pop_back();
    }
    ASSERT_EQ(Text(state), before) << "seed " << seed;
  }
}

TEST_F(DesiredStateTest, WhoeverRunsOutOfMemoryCanStillGoBack) {
  for (const Edit& edit :
       {Add("a", Mask("10.0.0.0/24")), Add("b", Mask("10.0.0.0/16")), Add("a", Mask("10.0.1.0/24")),
        Add("an owner with a long name", To(Protocol::kTcp, 80, "192.0.2.1:80"))}) {
    ASSERT_TRUE(Do(edit));
  }
  const std::vector<Edit> edits = {
      Add("a", Mask("10.0.0.0/8")),
      Add("an owner with a long name", Mask("10.0.0.0/24")),
      Remove("b", Mask("10.0.0.0/16")),
      Add("an owner with a long name", To(Protocol::kTcp, 80, "192.0.2.2:80")),
      Remove("an owner with a long name", To(Protocol::kTcp, 80, "192.0.2.1:80")),
      Add("an owner with a long name", To(Protocol::kTcp, 90, "192.0.2.2:80")),
      Add("b", To(Protocol::kTcp, 80, "192.0.2.2:80"))};
  const std::string before = Text(state);
  for (const Edit& edit : edits) {
    for (std::size_t fails_at = 0;; ++fails_at) {
      DesiredState::Touched ignored;
      std::vector<Edit> back;
      bool failed = false;
      {
        FailingNew failing(fails_at);
        try {
          (void)state.Apply(edit, ignored, back);
        } catch (const std::bad_alloc&) {
          failed = true;
        }
        ASSERT_EQ(failed, failing.happened());
      }
      std::vector<Edit> redo;
      for (; !back.empty(); back.pop_back()) ASSERT_TRUE(state.Apply(back.back(), ignored, redo));
      ASSERT_EQ(Text(state), before) << "allocation " << fails_at;
      if (!failed) break;
    }
  }
}

TEST(DesiredStateOthersTest, WhatOthersHaveIsReplacedAndWhatIsMineStays) {
  DesiredState state;
  DesiredState::Touched touched;
  std::vector<Edit> undo;
  ASSERT_TRUE(state.Apply(Add("me", Mask("10.0.0.0/16")), touched, undo));
  const Owner me = Named("me");
  const Owner other = Named("other");
  const LedgerEntry wide{Prefix::Parse("10.0.0.0/8").value(), other.hash()};
  const LedgerEntry stale{Prefix::Parse("10.9.0.0/16").value(), me.hash()};
  SortedSet<LedgerEntry> entries;
  entries.insert(wide);
  entries.insert(stale);  // the kernel's word about me counts for nothing
  OwnerNames names;
  for (const Owner& owner : {me, other}) names.Add(owner.hash(), owner);
  state.SetOthers(Family::kIp, {me}, entries, names);
  EXPECT_EQ(Text(state), "10.0.0.0/8 of other\n10.0.0.0/16 of me\nunion: 10.0.0.0/8\n");
  state.SetOthers(Family::kIp6, {me}, {}, {});
  EXPECT_EQ(Text(state), "10.0.0.0/8 of other\n10.0.0.0/16 of me\nunion: 10.0.0.0/8\n");
  state.SetOthers(Family::kIp, {me}, {}, {});
  EXPECT_EQ(Text(state), "10.0.0.0/16 of me\nunion: 10.0.0.0/16\n");
}

TEST(DesiredStateOthersTest, MasqueradesThatNameAnInterfaceStandBesideEachOther) {
  DesiredState state;
  DesiredState::Touched touched;
  std::vector<Edit> undo;
  const Masquerade out =
      Masquerade::Make(Prefix::Parse("10.0.0.0/8").value(), InterfaceName::Make("eth0").value()).value();
  for (const char* owner : {"a", "b", "a"}) ASSERT_TRUE(state.Apply(Add(owner, out), touched, undo));
  EXPECT_TRUE(touched.rules);
  EXPECT_TRUE(touched.prefixes.empty());
  EXPECT_EQ(state.interface_masquerades().size(), 2U);
  EXPECT_TRUE(state.Wants(Family::kIp));
  EXPECT_FALSE(state.Wants(Family::kIp6));
  EXPECT_EQ(undo.size(), 2U) << "the second time changed nothing";
  EXPECT_EQ(state.RemovalsTo(Named("a"), {}).size(), 1U);
  for (; !undo.empty(); undo.pop_back()) {
    const Edit& back = undo.back();
    std::vector<Edit> redo;
    ASSERT_TRUE(state.Apply(back, touched, redo));
  }
  EXPECT_TRUE(state.interface_masquerades().empty());
  EXPECT_FALSE(state.Wants(Family::kIp));
}

}  // namespace
}  // namespace natplan
