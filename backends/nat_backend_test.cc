// Which backend a context chooses, and what it does with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <utility>

#include "backends/iptables/fake_iptables.h"
#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Masquerade Mask(const char* prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }
Forward To(int port, const char* target) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(target).value()};
}

class NatBackendTest : public testing::Test {
 protected:
  // A context over a kernel with these pieces, and iptables beside it.
  Nat Open(kernel_sim::Profile profile, Backend backend = Backend::kAuto, SimSocketOptions socket = {}) {
    kernel_ = std::make_unique<kernel_sim::Kernel>(std::move(profile));
    return Nat({.nftables = MakeSimExecutor(*kernel_, std::move(socket)),
                .iptables = std::make_unique<FakeIptablesRunner>(&iptables_)},
               {.backend = backend});
  }
  bool NftablesIsEmpty() { return kernel_sim::ListRuleset(*kernel_).value().empty(); }

  std::unique_ptr<kernel_sim::Kernel> kernel_;
  FakeIptables iptables_;
};

TEST_F(NatBackendTest, AWorkingKernelIsAskedNothingBeyondTheTransaction) {
  Nat nat = Open({});
  const Result result = nat.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->by_iptables);
  EXPECT_EQ(nat.backend(), Backend::kNftables);
  EXPECT_EQ(kernel_->transactions(), 1U);
  EXPECT_EQ(iptables_.locks, 0);
}

TEST_F(NatBackendTest, WithoutNatTheFirstRefusalChoosesIptablesAndSaysWhy) {
  for (const bool apply : {true, false}) {
    iptables_ = {};
    Nat nat = Open({.nat = false});
    const Result result = apply ? nat.Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")})
                                : nat.Preview({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")});
    ASSERT_TRUE(result) << ToString(result.error());
    EXPECT_TRUE(result->by_iptables);
    EXPECT_EQ(result->changed, apply);
    EXPECT_EQ(result->iptables[Family::kIp].size(), 3U);
    EXPECT_EQ(iptables_.rules[Family::kIp].size(), apply ? 3U : 0U);
    EXPECT_EQ(nat.backend(), Backend::kIptables);
    EXPECT_EQ(nat.backend_reason().code, ErrorCode::kNotSupported);
    EXPECT_THAT(nat.backend_reason().text, HasSubstr("nat"));
    EXPECT_TRUE(NftablesIsEmpty());
    const std::uint64_t before = kernel_->transactions();
    ASSERT_TRUE(nat.AddForward(To(81, "10.0.0.2:81")));
    EXPECT_EQ(kernel_->transactions(), before) << "the choice is made once";
  }
}

TEST_F(NatBackendTest, WhatIsWantedGoesOnFromOneCallToTheNext) {
  Nat nat = Open({.nat = false});
  ASSERT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8")));
  ASSERT_TRUE(nat.AddForward(To(80, "10.0.0.2:80")));
  EXPECT_EQ(iptables_.rules[Family::kIp].size(), 3U);
  iptables_.rules[Family::kIp].clear();
  ASSERT_TRUE(nat.AddForward(To(81, "10.0.0.2:81")));
  EXPECT_EQ(iptables_.rules[Family::kIp].size(), 5U) << "what vanished comes back";
  EXPECT_EQ(nat.desired().forwards().size(), 2U);
  ASSERT_TRUE(nat.Apply({}));
  EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
}

TEST_F(NatBackendTest, AFamilyWithoutNatDoesNotDisqualifyTheOther) {
  Nat nat = Open({.ip6_family = false});
  const Result result = nat.Apply({Mask("10.0.0.0/8"), Mask("fd00::/64")});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->by_iptables);
  EXPECT_EQ(result->unsupported.size(), 1U);
  EXPECT_EQ(nat.backend(), Backend::kNftables);
}

TEST_F(NatBackendTest, ALackingPermissionChoosesNothing) {
  Nat nat = Open({}, Backend::kAuto, {.net_admin = false});
  const Result result = nat.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotPermitted);
  EXPECT_EQ(nat.backend(), Backend::kAuto);
  EXPECT_EQ(iptables_.locks, 0);
}

TEST_F(NatBackendTest, AnAnswerThatIsLostChoosesNothing) {
  Nat nat = Open({.nat = true, .lost_ack = {1, 2, 3}});
  (void)nat.AddMasquerade(Mask("10.0.0.0/8"));
  EXPECT_NE(nat.backend(), Backend::kIptables);
  EXPECT_EQ(iptables_.locks, 0);
}

TEST_F(NatBackendTest, ABackendThatIsForcedIsTheOnlyOne) {
  {
    Nat iptables = Open({}, Backend::kIptables);
    ASSERT_TRUE(iptables.AddMasquerade(Mask("10.0.0.0/8")));
    EXPECT_EQ(iptables_.rules[Family::kIp].size(), 1U);
    EXPECT_EQ(kernel_->transactions(), 0U);
  }
  Nat nftables = Open({.nat = false}, Backend::kNftables);
  const Result result = nftables.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
}

TEST_F(NatBackendTest, WhatIptablesDidForTheOwnerMovesToNftablesInOneCall) {
  ASSERT_TRUE(Open({}, Backend::kIptables).Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}));
  const std::string other =
      "POSTROUTING -s 10.9.0.0/16 -m comment --comment \"natplan:natplan:other\" -j MASQUERADE";
  iptables_.rules[Family::kIp].push_back(other);
  for (const Backend backend : {Backend::kAuto, Backend::kNftables}) {
    const auto before = iptables_.rules;
    Nat nat = Open({}, backend);
    const Result plan = nat.Preview({});
    ASSERT_TRUE(plan) << ToString(plan.error());
    EXPECT_EQ(plan->iptables[Family::kIp].size(), 3U);
    EXPECT_EQ(iptables_.rules, before);
    const Result result = nat.AddForward(To(81, "10.0.0.2:81"));
    ASSERT_TRUE(result) << ToString(result.error());
    EXPECT_TRUE(result->changed);
    EXPECT_FALSE(result->by_iptables);
    EXPECT_EQ(result->iptables[Family::kIp].size(), 3U);
    EXPECT_EQ(nat.desired().forwards().size(), 2U);
    EXPECT_THAT(kernel_sim::ListRuleset(*kernel_).value(), HasSubstr("10.0.0.0/8"));
    EXPECT_THAT(iptables_.rules[Family::kIp], ElementsAre(other));
    EXPECT_FALSE(nat.AddForward(To(81, "10.0.0.2:81"))->changed);
    iptables_.rules = before;
  }
}

TEST_F(NatBackendTest, WhatCannotBeTakenAwayFromIptablesIsAnError) {
  ASSERT_TRUE(Open({}, Backend::kIptables).Apply({Mask("10.0.0.0/8")}));
  iptables_.restore_error[Family::kIp] = Error{.code = ErrorCode::kRefused, .text = "as the test wants it"};
  const Result result = Open({}).Apply({Mask("10.0.0.0/8")});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_FALSE(NftablesIsEmpty());
  iptables_.restore_error[Family::kIp].reset();
  iptables_.save_answer[Family::kIp] = "junk\n";
  const Result unread = Open({}).AddMasquerade(Mask("10.1.0.0/16"));
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code, ErrorCode::kUnreadable);
  EXPECT_TRUE(NftablesIsEmpty());
  EXPECT_EQ(Open({}).Apply({}).error().code, ErrorCode::kUnreadable);
  EXPECT_EQ(Open({}).Verify().error().code, ErrorCode::kUnreadable);
}

TEST_F(NatBackendTest, WhatNftablesDidForTheOwnerMovesToIptablesWithAllThatTheOwnerWants) {
  ASSERT_TRUE(Open({}).Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}));
  Nat nat(
      {.nftables = MakeSimExecutor(*kernel_), .iptables = std::make_unique<FakeIptablesRunner>(&iptables_)},
      {.backend = Backend::kIptables});
  const Result edit = nat.AddForward(To(81, "10.0.0.2:81"));
  ASSERT_FALSE(edit);
  EXPECT_EQ(edit.error().code, ErrorCode::kConflict);
  EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
  const Result plan = nat.Preview({Mask("10.0.0.0/8")});
  ASSERT_TRUE(plan) << ToString(plan.error());
  EXPECT_FALSE(plan->transaction.operations.empty());
  EXPECT_THAT(kernel_sim::ListRuleset(*kernel_).value(), HasSubstr("10.0.0.0/8"));
  const Result result = nat.Apply({Mask("10.0.0.0/8")});
  ASSERT_TRUE(result) << ToString(result.error());
  EXPECT_TRUE(result->changed);
  EXPECT_EQ(iptables_.rules[Family::kIp].size(), 1U);
  EXPECT_THAT(kernel_sim::ListRuleset(*kernel_).value(), Not(HasSubstr("10.0.0.0/8")));
  EXPECT_TRUE(nat.AddForward(To(81, "10.0.0.2:81")));
}

TEST_F(NatBackendTest, APortThatAnotherOwnerHoldsByIptablesIsNoPortForNftables) {
  const Owner web = Owner::Make("web").value();
  ASSERT_TRUE(
      Open({}, Backend::kIptables)
          .Do({.replaced = web, .intents = {To(80, "10.0.0.2:80"), To(81, "10.0.0.2:81")}}, Mode::kApply));
  iptables_.other_rules[Family::kIp] = std::exchange(iptables_.rules[Family::kIp], {});
  for (const bool in_use : {false, true}) {
    if (in_use) iptables_.rules[Family::kIp] = std::exchange(iptables_.other_rules[Family::kIp], {});
    const auto before = iptables_.rules;
    Nat nat = Open({});
    for (const Result& result : {nat.AddForward(To(80, "10.0.0.3:80")), nat.Apply({To(80, "10.0.0.3:80")}),
                                 nat.Preview({Mask("10.0.0.0/8"), To(80, "10.0.0.3:80")})}) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::kConflict);
      EXPECT_THAT(ToString(result.error()), AllOf(HasSubstr("\"web\""), HasSubstr("10.0.0.2:80"),
                                                  HasSubstr("10.0.0.3:80"), HasSubstr("iptables")));
    }
    EXPECT_TRUE(NftablesIsEmpty());
    EXPECT_EQ(iptables_.rules, before);
    // What somebody else holds is reported, and the rest is carried out.
    const Result lenient = nat.Do({.replaced = Owner::Default(),
                                   .intents = {To(80, "10.0.0.3:80"), To(82, "10.0.0.3:82")},
                                   .lenient = true},
                                  Mode::kApply);
    ASSERT_TRUE(lenient) << ToString(lenient.error());
    EXPECT_EQ(lenient->lost.size(), 1U);
    EXPECT_EQ(nat.desired().forwards().size(), 1U);
    EXPECT_TRUE(nat.RemoveForward(To(80, "10.0.0.3:80")));
    EXPECT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8"))) << "an edit that asks for no such port";
  }
  Nat all(
      {.nftables = MakeSimExecutor(*kernel_), .iptables = std::make_unique<FakeIptablesRunner>(&iptables_)},
      {.scope = Scope::kExclusive});
  ASSERT_TRUE(all.Apply({To(80, "10.0.0.3:80")}));
  EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
}

TEST_F(NatBackendTest, APortThatAnotherOwnerHoldsByNftablesIsNoPortForIptables) {
  const Owner web = Owner::Make("web").value();
  ASSERT_TRUE(Open({}).Do({.replaced = web, .intents = {To(80, "10.0.0.2:80")}}, Mode::kApply));
  const std::string before = kernel_sim::ListRuleset(*kernel_).value();
  for (const Scope scope : {Scope::kOwn, Scope::kExclusive}) {
    Nat nat(
        {.nftables = MakeSimExecutor(*kernel_), .iptables = std::make_unique<FakeIptablesRunner>(&iptables_)},
        {.scope = scope, .backend = Backend::kIptables});
    for (const Result& result : {nat.AddForward(To(80, "10.0.0.3:80")), nat.Apply({To(80, "10.0.0.3:80")}),
                                 nat.Preview({To(80, "10.0.0.3:80")})}) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::kConflict);
      EXPECT_THAT(ToString(result.error()), AllOf(HasSubstr("\"web\""), HasSubstr("10.0.0.2:80"),
                                                  HasSubstr("10.0.0.3:80"), HasSubstr("nf_tables")));
    }
    EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
    const Result lenient = nat.Do({.edits = {{Edit::Kind::kAdd, Owner::Default(), To(80, "10.0.0.3:80")},
                                             {Edit::Kind::kAdd, Owner::Default(), To(82, "10.0.0.3:82")}},
                                   .lenient = true},
                                  Mode::kPlan);
    ASSERT_TRUE(lenient) << ToString(lenient.error());
    EXPECT_EQ(lenient->lost.size(), 1U);
    EXPECT_EQ(lenient->iptables[Family::kIp].size(), 2U);
    EXPECT_TRUE(nat.Apply({}));
  }
  EXPECT_EQ(kernel_sim::ListRuleset(*kernel_).value(), before);
  // Its owner may take it over.
  Nat nat(
      {.nftables = MakeSimExecutor(*kernel_), .iptables = std::make_unique<FakeIptablesRunner>(&iptables_)},
      {.owner = web, .backend = Backend::kIptables});
  ASSERT_TRUE(nat.Apply({To(80, "10.0.0.4:80")}));
  EXPECT_EQ(iptables_.rules[Family::kIp].size(), 2U);
}

TEST_F(NatBackendTest, ARemovalFindsWhatAnEarlierContextLeftInIptables) {
  ASSERT_TRUE(Open({.nat = false}).Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}));
  ASSERT_TRUE(Open({.nat = false}).RemoveForward(To(80, "10.0.0.2:80")));
  EXPECT_EQ(iptables_.rules[Family::kIp].size(), 1U);
  const Result seen = Open({.nat = false}).Preview({});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->iptables[Family::kIp].size(), 1U);
  ASSERT_TRUE(Open({.nat = false}).Apply({}));
  EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
}

TEST_F(NatBackendTest, WithNeitherTheErrorSaysBoth) {
  const Error none{.code = ErrorCode::kNotSupported, .errno_value = ENOENT, .text = "no iptables here"};
  iptables_.save_answer = {std::unexpected(none), std::unexpected(none)};
  Nat nat = Open({.nat = false});
  const Result result = nat.AddMasquerade(Mask("10.0.0.0/8"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
  EXPECT_THAT(result.error().text, HasSubstr("no iptables here"));
  EXPECT_THAT(result.error().text, HasSubstr("nat"));
}

TEST_F(NatBackendTest, WithoutASocketOfTheKernelIptablesIsUsedAndTheReasonKept) {
  Nat nat(
      {.iptables = std::make_unique<FakeIptablesRunner>(&iptables_),
       .missing = {.code = ErrorCode::kNotSupported, .errno_value = EPROTONOSUPPORT, .text = "no netlink"}},
      {});
  ASSERT_TRUE(nat.AddMasquerade(Mask("10.0.0.0/8")));
  EXPECT_EQ(nat.backend(), Backend::kIptables);
  EXPECT_EQ(nat.backend_reason().text, "no netlink");
}

TEST_F(NatBackendTest, ACallThatIsCancelledBeforeItBeganRunsNothing) {
  Nat nat = Open({}, Backend::kIptables);
  ASSERT_TRUE(nat.BeginApply({Mask("10.0.0.0/8")}));
  nat.Cancel();
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  ASSERT_FALSE(*result);
  EXPECT_EQ((*result).error().errno_value, ECANCELED);
  EXPECT_THAT(iptables_.rules[Family::kIp], IsEmpty());
  ASSERT_TRUE(nat.Apply({Mask("10.0.0.0/8")}));
}

TEST_F(NatBackendTest, AnEventLoopGetsItsResultFromTheFirstPoll) {
  Nat nat = Open({.nat = false});
  ASSERT_TRUE(nat.BeginApply({Mask("10.0.0.0/8")}));
  const Result* result = nat.Poll();
  ASSERT_NE(result, nullptr);
  EXPECT_TRUE((*result)->by_iptables);
  EXPECT_EQ(nat.Poll(), result) << "until the next call begins";
}

}  // namespace
}  // namespace natplan
