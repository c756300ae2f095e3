// IptablesContext where the variant of iptables that is not in use holds rules of natplan.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/iptables/iptables_fixture.h"

namespace natplan {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

using IptablesVariantsTest = IptablesFixture;

constexpr const char* kRuleOfB =
    "POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:b\" -j MASQUERADE";

TEST_F(IptablesVariantsTest, WhatTheOtherVariantHoldsOfTheSameOwnersIsTakenAway) {
  fake_.other_rules[Family::kIp] = {kRuleOfA, kRuleOfB, "POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"};
  const auto plan = Apply(both_, Mode::kPlan);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->lines[Family::kIp].back(), std::string("-D ") + kRuleOfA);
  ASSERT_EQ(plan->notes.size(), 1U);
  EXPECT_NE(plan->notes[0].find("would be taken away"), std::string::npos) << plan->notes[0];
  EXPECT_EQ(fake_.restores, 0);
  const auto result = Apply(both_);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->notes.size(), 1U);
  EXPECT_EQ(fake_.other_rules[Family::kIp],
            (std::vector<std::string>{kRuleOfB, "POSTROUTING -s 10.0.0.0/8 -j MASQUERADE"}));
  EXPECT_FALSE(Apply(both_)->changed);
}

TEST_F(IptablesVariantsTest, TheOtherVariantIsCleanedAlsoWhereTheOneInUseDoesNotWork) {
  fake_.other_rules[Family::kIp] = {kRuleOfA};
  for (auto& answer : fake_.save_answer) answer = std::unexpected(Failure(ErrorCode::kNotSupported));
  EXPECT_EQ(Intents(), std::vector{Masq(kA, "10.0.0.0/8")});
  const auto removed = Apply({.scope = Scope::kExclusive});
  ASSERT_TRUE(removed) << removed.error().text;
  EXPECT_TRUE(removed->changed);
  EXPECT_TRUE(fake_.other_rules[Family::kIp].empty());
}

TEST_F(IptablesVariantsTest, IfTheOtherVariantCannotBeChangedTheCallFailsAndSaysSo) {
  fake_.other_rules[Family::kIp] = {kRuleOfA};
  fake_.other_restore_error[Family::kIp] = Failure(ErrorCode::kRefused);
  const auto result = Apply(both_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);  // part of it was made
  EXPECT_EQ(fake_.rules[Family::kIp].size(), 1U);
  const auto again = Apply(both_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kRefused);
}

TEST_F(IptablesVariantsTest, RulesOfTheOtherVariantThatCannotBeReadAreAnError) {
  fake_.other_rules[Family::kIp6] = {
      "POSTROUTING -s fd00::/8 -m comment --comment \"natplan:natplan:b\" -j MASQUERADE"};
  fake_.other_save_answer[Family::kIp6] = std::unexpected(Failure(ErrorCode::kNotSupported, "not installed"));
  for (const auto& error : {Apply({.mine = {kA}}).error(), Apply(both_).error(),
                            context_.Intents(steady_clock::now() + seconds(5)).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnreadable);
    EXPECT_NE(error.text.find("not installed"), std::string::npos) << error.text;
  }
  EXPECT_EQ(fake_.restores, 0);
}

TEST_F(IptablesVariantsTest, APortThatAnotherOwnerHoldsInTheOtherVariantIsAConflict) {
  const Forward theirs{Protocol::kTcp, *Port::Make(80), *Endpoint::Parse("10.0.0.2:80")};
  const Forward ours{Protocol::kTcp, *Port::Make(80), *Endpoint::Parse("10.0.0.3:80")};
  ASSERT_TRUE(Apply({.intents = {{kB, theirs}}}));
  fake_.other_rules[Family::kIp] = std::exchange(fake_.rules[Family::kIp], {});
  const int restores = fake_.restores;
  const IptablesWish wish{.intents = {{kA, ours}, Masq(kA, "10.0.0.0/8")}, .edited = {ours.key()}};
  for (const Mode mode : {Mode::kPlan, Mode::kApply}) {
    const auto result = Apply(wish, mode);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_NE(result.error().ours.find("10.0.0.3:80"), std::string::npos) << result.error().ours;
    EXPECT_NE(result.error().theirs.find("10.0.0.2:80 (owner \"b\")"), std::string::npos)
        << result.error().theirs;
    EXPECT_NE(result.error().text.find("not in use"), std::string::npos) << result.error().text;
  }
  EXPECT_EQ(fake_.restores, restores);
  // What this call does not ask for is lost, and the rest is carried out.
  const auto lost = Apply({.intents = wish.intents});
  ASSERT_TRUE(lost) << lost.error().text;
  EXPECT_EQ(lost->lost.size(), 1U);
  EXPECT_EQ(fake_.rules[Family::kIp].size(), 1U);
  EXPECT_EQ(fake_.other_rules[Family::kIp].size(), 2U);
  // Its owner takes it over, and whoever removes all others' rules has it.
  EXPECT_TRUE(Apply({.intents = {{kB, theirs}}, .edited = {theirs.key()}}));
  EXPECT_TRUE(fake_.other_rules[Family::kIp].empty());
  fake_.other_rules[Family::kIp] = std::exchange(fake_.rules[Family::kIp], {});
  EXPECT_TRUE(Apply({.intents = wish.intents, .scope = Scope::kExclusive, .edited = wish.edited}));
  EXPECT_TRUE(fake_.other_rules[Family::kIp].empty());
}

TEST_F(IptablesVariantsTest, IntentsAreThoseOfBothVariants) {
  fake_.rules[Family::kIp] = {kRuleOfA, kRuleOfB};
  fake_.other_rules[Family::kIp] = {kRuleOfB};
  EXPECT_EQ(Intents(), (std::vector{Masq(kA, "10.0.0.0/8"), Masq(kB, "10.0.0.0/8")}));
}

TEST_F(IptablesVariantsTest, WhatIsLeftOfAForwardIsHeldToo) {
  for (auto* rules : {&fake_.rules[Family::kIp], &fake_.other_rules[Family::kIp]}) {
    *rules = {"-t raw PREROUTING -d 127.0.0.0/8 ! -i lo -m comment --comment \"natplan:natplan:a\" -j DROP"};
    const auto held = context_.Held(steady_clock::now() + seconds(5));
    ASSERT_TRUE(held) << held.error().text;
    EXPECT_TRUE(held->intents.empty());
    EXPECT_EQ(held->foreign[Family::kIp], std::vector{"iptables -t raw -A" + rules->front().substr(6)});
    rules->clear();
  }
}

TEST_F(IptablesVariantsTest, RulesWithTheTagThatNatplanDoesNotMakeAreHeldToo) {
  fake_.rules[Family::kIp] = {kRuleOfA, "INPUT -m comment --comment \"natplan:natplan:a\" -j RETURN"};
  fake_.other_rules[Family::kIp6] = {"OUTPUT -m comment --comment \"natplan:natplan:b\" -j RETURN"};
  const auto held = context_.Held(steady_clock::now() + seconds(5));
  ASSERT_TRUE(held) << held.error().text;
  EXPECT_EQ(held->intents, std::vector{Masq(kA, "10.0.0.0/8")});
  EXPECT_EQ(held->foreign[Family::kIp],
            std::vector<std::string>{
                "iptables -t nat -A INPUT -m comment --comment \"natplan:natplan:a\" -j RETURN"});
  EXPECT_EQ(held->foreign[Family::kIp6].size(), 1U);
}

}  // namespace
}  // namespace natplan
