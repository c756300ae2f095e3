#include "backends/iptables/iptables_wishes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/iptables/fake_iptables.h"

namespace natplan {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

const Owner kA = *Owner::Make("a");
const Owner kB = *Owner::Make("b");

Intent Masq(const char* prefix) { return *Masquerade::Make(*Prefix::Parse(prefix)); }
Intent Forwarded(int port, const char* to) {
  return Forward{Protocol::kTcp, *Port::Make(port), *Endpoint::Parse(to)};
}
Request Added(const Owner& owner, Intent intent) {
  return {.edits = {{Edit::Kind::kAdd, owner, std::move(intent)}}};
}
Request Removed(const Owner& owner, Intent intent) {
  return {.edits = {{Edit::Kind::kRemove, owner, std::move(intent)}}};
}
Request Replaced(const Owner& owner, std::vector<Intent> intents) {
  return {.replaced = owner, .intents = std::move(intents)};
}

class IptablesWishesTest : public ::testing::Test {
 protected:
  // A context that begins to use these rules, as another process would.
  IptablesWishes Context(IptablesWishes::Options options = {.owner = kA}) {
    return {*IptablesContext::Make(std::make_unique<FakeIptablesRunner>(&fake_), {}), std::move(options)};
  }
  static Result Run(IptablesWishes& context, const Request& request, Mode mode = Mode::kApply) {
    return context.Run(request, mode, steady_clock::now() + seconds(5));
  }
  std::vector<OwnedIntent> Rules() {
    auto context = *IptablesContext::Make(std::make_unique<FakeIptablesRunner>(&fake_), {});
    return *context.Intents(steady_clock::now() + seconds(5));
  }

  FakeIptables fake_;
};

TEST_F(IptablesWishesTest, WhatTheRulesSayOfAnOwnerThatIsNewHereCountsAsWanted) {
  auto before = Context();
  ASSERT_TRUE(Run(before, Added(kA, Masq("10.1.0.0/16"))));
  ASSERT_TRUE(Run(before, Added(kB, Masq("10.2.0.0/16"))));
  auto context = Context();
  ASSERT_TRUE(Run(context, Added(kA, Masq("10.3.0.0/16"))));
  EXPECT_EQ(Rules(), (std::vector<OwnedIntent>{
                         {kA, Masq("10.1.0.0/16")}, {kA, Masq("10.3.0.0/16")}, {kB, Masq("10.2.0.0/16")}}));
  EXPECT_EQ(context.desired().masquerades().size(), 2U) << "nothing was asked of the other owner";
  // From now on what this context holds counts, whatever the rules say: one gone, and one of another process.
  fake_.rules[Family::kIp].clear();
  auto other = Context();
  ASSERT_TRUE(Run(other, Added(kA, Masq("10.4.0.0/16"))));
  ASSERT_TRUE(Run(context, Removed(kA, Masq("10.3.0.0/16"))));
  EXPECT_EQ(Rules(), (std::vector<OwnedIntent>{{kA, Masq("10.1.0.0/16")}}));
}

TEST_F(IptablesWishesTest, WithResetItGoesWithTheFirstChange) {
  auto before = Context();
  ASSERT_TRUE(Run(before, Added(kA, Masq("10.1.0.0/16"))));
  ASSERT_TRUE(Run(before, Added(kB, Masq("10.2.0.0/16"))));
  auto context = Context({.owner = kA, .inheritance = Inheritance::kReset});
  ASSERT_TRUE(Run(context, Added(kA, Masq("10.3.0.0/16"))));
  EXPECT_EQ(Rules(), (std::vector<OwnedIntent>{{kA, Masq("10.3.0.0/16")}, {kB, Masq("10.2.0.0/16")}}));
}

TEST_F(IptablesWishesTest, AReplacementTakesTheRestOfItsOwnerBackAndNothingElse) {
  auto context = Context();
  ASSERT_TRUE(Run(context, Added(kB, Masq("10.2.0.0/16"))));
  ASSERT_TRUE(Run(context, Replaced(kA, {Masq("10.1.0.0/16"), Forwarded(80, "10.0.0.2:80")})));
  ASSERT_TRUE(Run(context, Replaced(kA, {Forwarded(80, "10.0.0.3:80")})));
  EXPECT_EQ(Rules(),
            (std::vector<OwnedIntent>{{kA, Forwarded(80, "10.0.0.3:80")}, {kB, Masq("10.2.0.0/16")}}));
}

TEST_F(IptablesWishesTest, OnlyExclusiveTakesWhatOthersWant) {
  auto other = Context();
  ASSERT_TRUE(Run(other, Added(kB, Masq("10.2.0.0/16"))));
  for (const Scope scope : {Scope::kOwn, Scope::kApply, Scope::kAdopt}) {
    auto context = Context({.scope = scope, .owner = kA});
    ASSERT_TRUE(Run(context, Replaced(kA, {Masq("10.1.0.0/16")})));
    EXPECT_EQ(Rules().size(), 2U);
  }
  auto exclusive = Context({.scope = Scope::kExclusive, .owner = kA});
  ASSERT_TRUE(Run(exclusive, Replaced(kA, {Masq("10.1.0.0/16")})));
  EXPECT_EQ(Rules(), (std::vector<OwnedIntent>{{kA, Masq("10.1.0.0/16")}}));
}

TEST_F(IptablesWishesTest, AfterAnErrorAndAfterAPlanTheStateIsWhatItWas) {
  auto context = Context();
  ASSERT_TRUE(Run(context, Added(kA, Forwarded(80, "10.0.0.2:80"))));
  const auto plan = Run(context, Added(kA, Masq("10.1.0.0/16")), Mode::kPlan);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->by_iptables);
  EXPECT_EQ(plan->iptables[Family::kIp].size(), 1U);
  EXPECT_TRUE(context.desired().masquerades().empty());
  fake_.restore_error[Family::kIp] = Error{.code = ErrorCode::kNotPermitted};
  EXPECT_FALSE(Run(context, Added(kA, Masq("10.1.0.0/16"))));
  EXPECT_TRUE(context.desired().masquerades().empty());
  EXPECT_EQ(context.desired().forwards().size(), 1U);
}

TEST_F(IptablesWishesTest, WhatAnotherOwnerOfThisContextHoldsIsAConflictBeforeAnythingIsRun) {
  auto context = Context();
  ASSERT_TRUE(Run(context, Added(kA, Forwarded(80, "10.0.0.2:80"))));
  const int locks = fake_.locks;
  const auto result = Run(context, Added(kB, Forwarded(80, "10.0.0.3:80")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(fake_.locks, locks);
}

TEST_F(IptablesWishesTest, APortThatSomebodyElseHasIsAConflictOnlyForTheCallThatAsksForIt) {
  auto other = Context();
  auto context = Context();
  ASSERT_TRUE(Run(context, Added(kA, Forwarded(80, "10.0.0.3:80"))));
  fake_.rules[Family::kIp].clear();
  ASSERT_TRUE(Run(other, Added(kB, Forwarded(80, "10.0.0.2:80"))));
  const auto lost = Run(context, Added(kA, Masq("10.1.0.0/16")));
  ASSERT_TRUE(lost) << lost.error().text;
  EXPECT_EQ(lost->lost.size(), 1U);
  const auto asked = Run(context, Added(kA, Forwarded(80, "10.0.0.3:80")));
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::kConflict);
}

TEST_F(IptablesWishesTest, ALenientRequestTakesWhatIsFree) {
  auto other = Context();
  ASSERT_TRUE(Run(other, Added(kB, Forwarded(80, "10.0.0.2:80"))));
  auto context = Context();
  Request wish = Replaced(kA, {Forwarded(80, "10.0.0.3:80"), Forwarded(81, "10.0.0.3:81")});
  wish.lenient = true;
  const auto result = Run(context, wish);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(Rules(), (std::vector<OwnedIntent>{{kA, Forwarded(81, "10.0.0.3:81")},
                                               {kB, Forwarded(80, "10.0.0.2:80")}}));
  ASSERT_TRUE(Run(other, Removed(kB, Forwarded(80, "10.0.0.2:80"))));
  EXPECT_TRUE(Run(context, wish)->lost.empty());
  EXPECT_EQ(Rules().size(), 2U);
}

}  // namespace
}  // namespace natplan
