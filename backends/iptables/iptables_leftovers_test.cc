#include "backends/iptables/iptables_leftovers.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "backends/iptables/iptables_fixture.h"

namespace natplan {
namespace {

class IptablesLeftoversTest : public ::testing::Test {
 protected:
  IptablesLeftoversTest() { fake_.rules[Family::kIp] = {kRuleOfA}; }
  static TimePoint Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

  FakeIptables fake_;
  IptablesLeftovers leftovers_{*IptablesContext::Make(std::make_unique<FakeIptablesRunner>(&fake_), {})};
};

TEST_F(IptablesLeftoversTest, IntentsAreThoseOfAllOwnersInBothVariants) {
  fake_.other_rules[Family::kIp] = {
      "POSTROUTING -s 10.9.0.0/16 -m comment --comment \"natplan:natplan:b\" -j MASQUERADE"};
  const auto intents = leftovers_.Intents(true, Soon());
  ASSERT_TRUE(intents) << intents.error().text;
  EXPECT_EQ(*intents, (std::vector{Masq(kA, "10.0.0.0/8"), Masq(kB, "10.9.0.0/16")}));
  EXPECT_FALSE(leftovers_.none());
  fake_.rules[Family::kIp].clear();
  fake_.other_rules[Family::kIp].clear();
  EXPECT_TRUE(leftovers_.Intents(true, Soon())->empty());
  EXPECT_TRUE(leftovers_.none());
}

// Before nf_tables is changed.
TEST_F(IptablesLeftoversTest, RulesThatCannotBeReadStopEveryCall) {
  fake_.save_answer[Family::kIp] = "# Table `nat' is incompatible, use 'nft' tool.\n";
  for (const bool adds : {false, true}) {
    const auto intents = leftovers_.Intents(adds, Soon());
    ASSERT_FALSE(intents);
    EXPECT_EQ(intents.error().code, ErrorCode::kUnreadable);
    EXPECT_EQ(intents.error().text.find("nothing was changed"), std::string::npos) << intents.error().text;
  }
}

TEST_F(IptablesLeftoversTest, APlanSaysWhatWouldBe) {
  Report report;
  ASSERT_TRUE(leftovers_.TakeAway({kA}, Scope::kOwn, Mode::kPlan, false, Soon(), report));
  EXPECT_FALSE(report.changed);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_NE(report.notes[0].find("would be taken away"), std::string::npos) << report.notes[0];
  ASSERT_TRUE(leftovers_.TakeAway({kA}, Scope::kOwn, Mode::kApply, false, Soon(), report));
  EXPECT_TRUE(report.changed);
  EXPECT_NE(report.notes.back().find("are taken away"), std::string::npos) << report.notes.back();
  EXPECT_TRUE(fake_.rules[Family::kIp].empty());
}

// Of a plan nothing acts yet.
TEST_F(IptablesLeftoversTest, APlanThatFailsSaysNothingOfNftables) {
  fake_.save_answer[Family::kIp] = std::unexpected(Error{.code = ErrorCode::kUnreadable, .errno_value = EIO});
  Report report;
  const auto planned = leftovers_.TakeAway({kA}, Scope::kOwn, Mode::kPlan, false, Soon(), report);
  const auto applied = leftovers_.TakeAway({kA}, Scope::kOwn, Mode::kApply, false, Soon(), report);
  ASSERT_FALSE(planned);
  ASSERT_FALSE(applied);
  EXPECT_EQ(planned.error().text.find("nf_tables"), std::string::npos) << planned.error().text;
  EXPECT_NE(applied.error().text.find("nf_tables"), std::string::npos) << applied.error().text;
}

}  // namespace
}  // namespace natplan
