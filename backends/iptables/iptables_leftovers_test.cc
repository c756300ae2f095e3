#include "backends/iptables/iptables_leftovers.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include "backends/iptables/iptables_fixture.h"

namespace natplan {
namespace {

class IptablesLeftoversTest : public ::testing::Test {
 protected:
  IptablesLeftoversTest() { fake_.rules[0] = {kRuleOfA}; }
  static TimePoint Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

  FakeIptables fake_;
  IptablesLeftovers leftovers_{*IptablesContext::Make(std::make_unique<FakeIptablesRunner>(&fake_), {})};
};

TEST_F(IptablesLeftoversTest, EditsAreKeptOfTheOwnersOfTheCall) {
  const auto kept = leftovers_.EditsToKeep({kA}, true, Soon());
  ASSERT_TRUE(kept) << kept.error().text;
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().owner, kA);
  EXPECT_TRUE(leftovers_.EditsToKeep({}, true, Soon())->empty());
  EXPECT_FALSE(leftovers_.none());
}

// Before nf_tables is changed, also where nothing of them is to be kept.
TEST_F(IptablesLeftoversTest, RulesThatCannotBeReadStopEveryCall) {
  fake_.save_answer[0] = "# Table `nat' is incompatible, use 'nft' tool.\n";
  for (const std::set<Owner>& owners : {std::set<Owner>{}, std::set{kA}}) {
    for (const bool adds : {false, true}) {
      const auto kept = leftovers_.EditsToKeep(owners, adds, Soon());
      ASSERT_FALSE(kept);
      EXPECT_EQ(kept.error().code, ErrorCode::kUnreadable);
      EXPECT_EQ(kept.error().text.find("nothing was changed"), std::string::npos) << kept.error().text;
    }
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
  EXPECT_TRUE(fake_.rules[0].empty());
}

// Of a plan nothing acts yet.
TEST_F(IptablesLeftoversTest, APlanThatFailsSaysNothingOfNftables) {
  fake_.save_answer[0] = std::unexpected(Error{.code = ErrorCode::kUnreadable, .errno_value = EIO});
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
