#include "backends/iptables/iptables_context.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "backends/iptables/file_lock.h"
#include "backends/iptables/iptables_fixture.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

OwnedIntent Forwarded(const Owner& owner, int port, const char* to) {
  return {owner, Forward{Protocol::kTcp, *Port::Make(port), *Endpoint::Parse(to)}};
}
using IptablesContextTest = IptablesFixture;

TEST_F(IptablesContextTest, AppliesOnceAndThenSendsNothing) {
  const auto first = Apply(both_);
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_TRUE(first->changed);
  EXPECT_EQ(Intents(), both_.intents);
  EXPECT_EQ(fake_.restores, 2);
  const auto second = Apply(both_);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->changed);
  EXPECT_EQ(fake_.restores, 2);
  EXPECT_EQ(fake_.locks, 2);
}

TEST_F(IptablesContextTest, PlansWithoutChangingAndWithoutTheLock) {
  const auto plan = Apply(both_, Mode::kPlan);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->changed);
  EXPECT_EQ(plan->lines[Family::kIp].size(), 1U);
  EXPECT_EQ(fake_.restores, 0);
  EXPECT_EQ(fake_.locks, 0);
}

TEST_F(IptablesContextTest, AConflictOfWhatIsAskedForChangesNothing) {
  ASSERT_TRUE(Apply({.intents = {Forwarded(kB, 80, "10.0.0.2:80")}}));
  const auto before = fake_.rules;
  const HostPort port{Family::kIp, Protocol::kTcp, *Port::Make(80)};
  const auto result =
      Apply({.intents = {Forwarded(kA, 80, "10.0.0.3:80"), Masq(kA, "10.0.0.0/8")}, .edited = {port}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(fake_.rules, before);
}

TEST_F(IptablesContextTest, AConflictOfWhatIsHeldIsReportedAndBlocksNothing) {
  ASSERT_TRUE(Apply({.intents = {Forwarded(kB, 80, "10.0.0.2:80")}}));
  const auto result = Apply({.intents = {Forwarded(kA, 80, "10.0.0.3:80"), Masq(kA, "10.0.0.0/8")}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(Intents().size(), 2U);
}

TEST_F(IptablesContextTest, ARuleThatVanishedSinceItWasReadLeadsToANewPlan) {
  ASSERT_TRUE(Apply({.intents = {Masq(kA, "10.0.0.0/8")}}));
  fake_.restores = 0;
  fake_.before_restore = [&](int number) {
    if (number == 1) fake_.rules[Family::kIp].clear();
  };
  const auto result = Apply({.intents = {Masq(kA, "10.1.0.0/16")}});
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(fake_.restores, 2);
  EXPECT_EQ(Intents(), std::vector{Masq(kA, "10.1.0.0/16")});
}

TEST_F(IptablesContextTest, AWishFromWhatIsThereIsMadeAnewAfterEachReading) {
  ASSERT_TRUE(Apply({.intents = {Masq(kA, "10.1.0.0/16")}}));
  fake_.restores = 0;
  // Meanwhile the same owner gets one intent more and loses the one that is to be deleted.
  fake_.before_restore = [&](int number) {
    if (number == 1)
      fake_.rules[Family::kIp] = {
          "POSTROUTING -s 10.2.0.0/16 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE"};
  };
  const auto replace = [](std::vector<OwnedIntent> intents) {
    std::erase(intents, Masq(kA, "10.1.0.0/16"));
    intents.push_back(Masq(kA, "10.3.0.0/16"));
    return IptablesWish{.intents = std::move(intents)};
  };
  const auto result = context_.Apply(replace, Mode::kApply, steady_clock::now() + seconds(5));
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(Intents(), (std::vector{Masq(kA, "10.2.0.0/16"), Masq(kA, "10.3.0.0/16")}));
}

TEST_F(IptablesContextTest, ARefusalThatNobodysChangeExplainsIsTheError) {
  fake_.restore_error[Family::kIp] = Failure(ErrorCode::kRefused);
  const auto result = Apply({.intents = {Masq(kA, "10.0.0.0/8")}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kRefused);
  EXPECT_EQ(fake_.restores, 1);
  EXPECT_NE(result.error().text.find("as they were"), std::string::npos) << result.error().text;
}

TEST_F(IptablesContextTest, ARefusalThatChangedTheRulesAllTheSameIsAChange) {
  // Its program does the work, and says that it failed.
  const auto refuse_but_do = [this](std::vector<std::string> rules) {
    fake_.restore_error[Family::kIp] = Failure(ErrorCode::kRefused, "status 1");
    fake_.before_restore = [this, rules](int) { fake_.rules[Family::kIp] = rules; };
  };
  const IptablesWish wish{.intents = {Masq(kA, "10.0.0.0/8")}};
  refuse_but_do({kRuleOfA});
  const auto applied = Apply(wish);
  refuse_but_do({});
  const auto removed = Apply({.scope = Scope::kExclusive});
  for (const auto* result : {&applied, &removed}) {
    ASSERT_TRUE(*result) << (*result).error().text;
    EXPECT_TRUE((*result)->changed);
    ASSERT_EQ((*result)->notes.size(), 1U);
    EXPECT_NE((*result)->notes[0].find("status 1"), std::string::npos) << (*result)->notes[0];
  }
}

TEST_F(IptablesContextTest, AProgramThatUndoesEverythingEndsWithTheDeadline) {
  fake_.before_restore = [&](int number) {
    fake_.rules[Family::kIp] = {"POSTROUTING -s 10.9.0.0/16 -m comment --comment " + std::to_string(number) +
                                " -j ACCEPT"};
  };
  fake_.restore_error[Family::kIp] = Failure(ErrorCode::kRefused);
  const auto start = steady_clock::now();
  EXPECT_FALSE(Apply({.intents = {Masq(kA, "10.0.0.0/8")}}, Mode::kApply, milliseconds(200)));
  EXPECT_LT(steady_clock::now() - start, seconds(3));
  EXPECT_GT(fake_.restores, 3);
}

TEST_F(IptablesContextTest, IfIpv6IsRefusedIpv4IsPutBack) {
  fake_.rules[Family::kIp] = {"POSTROUTING -j ACCEPT"};
  const auto before = fake_.rules;
  fake_.restore_error[Family::kIp6] = Failure(ErrorCode::kRefused);
  const auto result = Apply(both_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kRefused);
  EXPECT_EQ(fake_.rules, before);
  EXPECT_EQ(fake_.restores, 3);
}

TEST_F(IptablesContextTest, IfThatIsNotPossibleTheErrorSaysWhatHolds) {
  fake_.restore_error[Family::kIp6] = Failure(ErrorCode::kRefused);
  fake_.before_restore = [&](int number) {
    if (number == 3) fake_.restore_error[Family::kIp] = Failure(ErrorCode::kNotPermitted);
  };
  const auto result = Apply(both_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_NE(result.error().text.find("IPv4"), std::string::npos);
  EXPECT_EQ(fake_.rules[Family::kIp].size(), 1U);
}

TEST_F(IptablesContextTest, ACheckOfIpv6FindsWhatIsWrongBeforeAnythingIsChanged) {
  fake_.test_error[Family::kIp6] = Failure(ErrorCode::kNotPermitted);
  EXPECT_FALSE(Apply(both_));
  EXPECT_EQ(fake_.restores, 0);
}

TEST_F(IptablesContextTest, AFamilyThatIsNotSupportedDoesNotKeepTheOtherFromWorking) {
  for (const bool at_save : {true, false}) {
    fake_ = {};
    if (at_save) fake_.save_answer[Family::kIp6] = std::unexpected(Failure(ErrorCode::kNotSupported));
    if (!at_save) fake_.restore_error[Family::kIp6] = Failure(ErrorCode::kNotSupported);
    const auto result = Apply(both_);
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result->unsupported.size(), 1U);
    EXPECT_TRUE(result->changed);
    EXPECT_EQ(Intents(), std::vector{both_.intents[0]});
  }
}

TEST_F(IptablesContextTest, WithoutAFamilyThatIsWantedItIsAnError) {
  fake_.save_answer[Family::kIp6] = std::unexpected(Failure(ErrorCode::kNotSupported));
  const auto result = Apply({.intents = {both_.intents[1]}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
  EXPECT_TRUE(Apply({.mine = {kA}}));
  fake_.save_answer[Family::kIp] = fake_.save_answer[Family::kIp6];
  EXPECT_FALSE(Apply({.mine = {kA}}));
  EXPECT_FALSE(context_.Intents(steady_clock::now()));
}

TEST_F(IptablesContextTest, ARemovalThatCannotBeCarriedOutIsNoSuccess) {
  ASSERT_TRUE(Apply(both_));
  // The rules can be read, and the program that changes them is missing.
  fake_.restore_error[Family::kIp] = Failure(ErrorCode::kNotSupported);
  const auto one = Apply({.mine = {kA}});
  ASSERT_TRUE(one) << one.error().text;
  EXPECT_EQ(one->unsupported.size(), 1U);
  EXPECT_TRUE(fake_.rules[Family::kIp6].empty());
  fake_.restore_error[Family::kIp6] = fake_.restore_error[Family::kIp];
  const auto none = Apply({.mine = {kA}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotSupported);
}

// Also where the kernel, asked without the program, has no rule of natplan in that family.
TEST_F(IptablesContextTest, AFamilyThatCannotBeReadStopsTheCall) {
  ASSERT_TRUE(Apply({.intents = {both_.intents[0]}}));
  const int restores = fake_.restores;
  fake_.save_answer[Family::kIp6] = "junk\n";
  for (const Error& error : {Apply({.intents = {both_.intents[0]}}).error(), Apply(both_).error(),
                             Apply({.scope = Scope::kExclusive}).error(),
                             context_.Intents(steady_clock::now() + seconds(5)).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnreadable);
    EXPECT_NE(error.text.find("line 1 "), std::string::npos) << error.text;
  }
  EXPECT_EQ(fake_.restores, restores);
}

TEST_F(IptablesContextTest, ATableThatIptablesDidNotMakeIsNotTouched) {
  fake_.save_answer[Family::kIp] = "# Table `nat' is incompatible, use 'nft' tool.\n";
  const auto result = Apply({.intents = {both_.intents[0]}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnreadable);
  EXPECT_NE(result.error().text.find("ip nat"), std::string::npos) << result.error().text;
  EXPECT_EQ(fake_.restores, 0);
}

TEST_F(IptablesContextTest, AGuardThatCameBeforeTheRestWasRefusedIsTakenBack) {
  fake_.restore_error[Family::kIp] = Failure(ErrorCode::kNoMemory);
  OwnedIntent local = Forwarded(kA, 80, "10.0.0.2:80");
  std::get<Forward>(local.intent).localhost = true;
  ASSERT_FALSE(Apply({.intents = {local}}));
  EXPECT_TRUE(fake_.rules[Family::kIp].empty()) << fake_.rules[Family::kIp].front();
  EXPECT_EQ(fake_.restores, 2);
  fake_.restore_error[Family::kIp].reset();
  ASSERT_TRUE(Apply({.intents = {local}}));
  EXPECT_EQ(fake_.rules[Family::kIp].size(), 5U);
  ASSERT_TRUE(Apply({.mine = {kA}}));
  EXPECT_TRUE(fake_.rules[Family::kIp].empty());
}

// A guard that was left there is a rule of natplan, and a table that cannot be shown may hide it.
TEST_F(IptablesContextTest, TableRawIsLookedAtToo) {
  const std::string incompatible = "# Table `raw' is incompatible, use 'nft' tool.\n";
  fake_.save_answer[Family::kIp] = incompatible;
  EXPECT_TRUE(context_.Intents(steady_clock::now() + seconds(5)));
  fake_.rules[Family::kIp] = {
      "-t raw PREROUTING -d 127.0.0.0/8 ! -i lo -m comment --comment \"natplan:natplan:a\" -j DROP"};
  EXPECT_EQ(context_.Holds(steady_clock::now() + seconds(5)), true);
  const auto hidden = context_.Intents(steady_clock::now() + seconds(5));
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().code, ErrorCode::kUnreadable);
  EXPECT_NE(hidden.error().text.find("table ip raw"), std::string::npos) << hidden.error().text;
  fake_.save_answer[Family::kIp].reset();
  ASSERT_TRUE(Apply({.mine = {kA}}));
  EXPECT_TRUE(fake_.rules[Family::kIp].empty());
}

TEST_F(IptablesContextTest, ErrorsOfTheEnvironmentStopTheCall) {
  for (const ErrorCode code : {ErrorCode::kNotPermitted, ErrorCode::kDeadline, ErrorCode::kTooLarge,
                               ErrorCode::kNoMemory, ErrorCode::kEnvironment}) {
    fake_ = {};
    fake_.restore_error[Family::kIp] = Failure(code);
    const auto result = Apply({.intents = {both_.intents[0]}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(fake_.restores, 1);
    EXPECT_TRUE(result.error().operation.starts_with("-I POSTROUTING 1 ")) << result.error().operation;
  }
}

TEST_F(IptablesContextTest, ReadingThatHangsIsTheErrorEvenOfAFamilyThatIsNotWanted) {
  fake_.save_answer[Family::kIp6] = std::unexpected(Failure(ErrorCode::kDeadline));
  const auto result = Apply({.intents = {both_.intents[0]}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
  EXPECT_EQ(fake_.restores, 0);
}

TEST_F(IptablesContextTest, ALockThatIsHeldStopsTheCallBeforeItReads) {
  fake_.lock_error = Failure(ErrorCode::kDeadline);
  const auto result = Apply(both_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
  EXPECT_EQ(fake_.restores, 0);
}

TEST_F(IptablesContextTest, TheLockIsHeldUntilTheChangeIsDone) {
  const std::string path = ::testing::TempDir() + "iptables_context_test." + std::to_string(getpid());
  fake_.lock_files = {path};
  bool held = false;
  fake_.before_restore = [&](int) { held = !FileLock::Acquire({path}, steady_clock::now()); };
  const auto result = Apply({.intents = {both_.intents[0]}});
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_TRUE(held);
  EXPECT_TRUE(result->notes.empty());
  EXPECT_TRUE(FileLock::Acquire({path}, steady_clock::now()));
  unlink(path.c_str());
}

TEST_F(IptablesContextTest, ALockThatCannotBeHadIsANote) {
  fake_.lock_files = {"/nowhere/at/all"};
  const auto result = Apply(both_);
  ASSERT_TRUE(result) << result.error().text;
  ASSERT_EQ(result->notes.size(), 1U);
  EXPECT_NE(result->notes[0].find("/nowhere/at/all"), std::string::npos);
}

// Whatever iptables-save answers, with 0 or not, that there is nothing is not believed where there is.
TEST_F(IptablesContextTest, NothingThereIsNeverSaidOfRulesThatAreThere) {
  const std::vector<std::expected<std::string, Error>> answers = {
      "",
      "*nat\nCOMMIT\n",
      "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n",
      "# Table `nat' is incompatible, use 'nft' tool.\n",
      "junk\n",
      "*nat\n",
      std::unexpected(Failure(ErrorCode::kUnreadable, "killed")),
      std::unexpected(Failure(ErrorCode::kNotSupported, "not installed")),
  };
  for (const Family family : kFamilies) {
    for (const auto& answer : answers) {
      fake_ = {};
      fake_.rules[Family::kIp] = {kRuleOfA};
      fake_.rules[Family::kIp6] = {
          "POSTROUTING -s fd00::/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE"};
      fake_.save_answer[family] = answer;
      const auto intents = context_.Intents(steady_clock::now() + seconds(5));
      ASSERT_FALSE(intents) << *answer;
      EXPECT_EQ(intents.error().code, ErrorCode::kUnreadable) << intents.error().text;
      for (const IptablesWish& wish : {IptablesWish{.mine = {kA}}, IptablesWish{.mine = {kB}},
                                       IptablesWish{.scope = Scope::kExclusive}, both_}) {
        const auto applied = Apply(wish);
        ASSERT_FALSE(applied);
        EXPECT_EQ(applied.error().code, ErrorCode::kUnreadable) << applied.error().text;
      }
      EXPECT_EQ(fake_.restores, 0);
    }
  }
}

TEST_F(IptablesContextTest, AKernelThatCannotBeAskedIsNoEmptyOne) {
  fake_.holds_error[Family::kIp6] = Failure(ErrorCode::kNotPermitted);
  EXPECT_EQ(context_.Holds(steady_clock::now() + seconds(5)).error().code, ErrorCode::kNotPermitted);
  EXPECT_EQ(context_.Intents(steady_clock::now() + seconds(5)).error().code, ErrorCode::kNotPermitted);
  EXPECT_EQ(Apply({.mine = {kA}}).error().code, ErrorCode::kNotPermitted);
}

TEST_F(IptablesContextTest, AnOutcomeThatIsLostIsLookedUp) {
  fake_.lost_outcomes[Family::kIp] = 1;
  const auto result = Apply(both_);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_TRUE(result->changed);
  EXPECT_EQ(Intents(), both_.intents);
  EXPECT_EQ(fake_.restores, 2);
  // Carried out, though nobody said so.
  fake_.lost_outcomes[Family::kIp6] = 1;
  const auto removed = Apply({.mine = {kA}});
  ASSERT_TRUE(removed) << removed.error().text;
  EXPECT_TRUE(removed->changed);
  EXPECT_TRUE(Intents().empty());
}

TEST_F(IptablesContextTest, AnOutcomeThatIsLostAndCannotBeLookedUpIsUnknown) {
  fake_.lost_outcomes[Family::kIp] = 1;
  fake_.before_restore = [&](int) {
    fake_.save_answer[Family::kIp] =
        std::unexpected(Failure(ErrorCode::kUnreadable, "its status was lost as well"));
  };
  const auto result = Apply({.intents = {both_.intents[0]}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(fake_.rules[Family::kIp].size(), 1U);
}

TEST_F(IptablesContextTest, WhereTheOutcomeOfOneFamilyIsUnknownTheErrorSaysWhatHoldsOfTheOther) {
  const char* as_asked = "the rules of IPv4 are as asked for";
  const char* as_before = "the rules of IPv6 are as they were";
  fake_.lost_outcomes[Family::kIp] = 1;
  fake_.before_restore = [&](int) {
    fake_.save_answer[Family::kIp] =
        std::unexpected(Failure(ErrorCode::kUnreadable, "its status was lost as well"));
  };
  const auto of_ipv4 = Apply(both_);
  ASSERT_FALSE(of_ipv4);
  EXPECT_EQ(of_ipv4.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_NE(of_ipv4.error().text.find(as_before), std::string::npos) << of_ipv4.error().text;
  EXPECT_TRUE(fake_.rules[Family::kIp6].empty());
  fake_ = {};
  fake_.restore_error[Family::kIp6] = Failure(ErrorCode::kUnknownOutcome);
  // As many tries as fit in: in all but the first one IPv4 needs no change.
  for (const milliseconds time : {milliseconds(0), milliseconds(20)}) {
    const auto of_ipv6 = Apply(both_, Mode::kApply, time);
    ASSERT_FALSE(of_ipv6);
    EXPECT_EQ(of_ipv6.error().code, ErrorCode::kUnknownOutcome);
    EXPECT_NE(of_ipv6.error().text.find(as_asked), std::string::npos) << of_ipv6.error().text;
    EXPECT_EQ(fake_.rules[Family::kIp].size(), 1U);
    EXPECT_TRUE(fake_.rules[Family::kIp6].empty());
  }
}

TEST(IptablesContext, RefusesATableNameThatDoesNotFit) {
  EXPECT_FALSE(IptablesContext::Make(nullptr, {.table = std::string(200, 'x')}));
}

}  // namespace
}  // namespace natplan
