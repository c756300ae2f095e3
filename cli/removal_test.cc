#include "cli/removal.h"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "core/values/operation.h"
#include "gtest/gtest.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan::cli {
namespace {

// A kernel whose first transaction put a table of both families into place.
class RemovalTest : public ::testing::Test {
 protected:
  void Start(const kernel_sim::Profile& profile = {}) {
    kernel_ = std::make_unique<kernel_sim::Kernel>(profile);
    Nat nat(MakeSimExecutor(*kernel_), {});
    ASSERT_TRUE(nat.AddMasquerade(Masquerade::Make(Prefix::Parse("10.0.0.0/8").value()).value()));
    ASSERT_TRUE(nat.Apply({Masquerade::Make(Prefix::Parse("10.0.0.0/8").value()).value(),
                           Masquerade::Make(Prefix::Parse("fd00::/64").value()).value()}));
    ASSERT_EQ(kernel_->transactions(), 2U);
  }

  std::expected<Report, Error> Remove(const std::string& table = kDefaultTable, bool net_admin = true) {
    const auto kernel = MakeSimExecutor(*kernel_, {.net_admin = net_admin});
    return RemoveTables(*kernel, table, std::chrono::steady_clock::now() + std::chrono::seconds(5));
  }

  std::string Listing() { return kernel_sim::ListRuleset(*kernel_).value_or("no listing"); }

  std::unique_ptr<kernel_sim::Kernel> kernel_;
};

TEST_F(RemovalTest, DeletesBothFamiliesInOneTransaction) {
  Start();
  const std::uint32_t before = kernel_->generation();
  const auto report = Remove();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->changed);
  EXPECT_EQ(report->transaction.operations.size(), 2U);
  EXPECT_EQ(report->generation, before + 1);
  EXPECT_EQ(kernel_->generation(), before + 1);
  EXPECT_EQ(kernel_->transactions(), 3U);
  EXPECT_EQ(Listing(), "");
}

TEST_F(RemovalTest, AnotherProgramsTableIsRefusedWithoutForce) {
  Start();
  const auto kernel = MakeSimExecutor(*kernel_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  const TableId filter{Family::kIp, "filter"};
  ASSERT_TRUE(std::holds_alternative<Committed>(kernel->Commit(
      {.operations = {EnsureTable{filter},
                      EnsureChain{filter, "INPUT", {"filter", Hook::kInput, 0, Policy::kAccept}}}},
      deadline)));
  const auto report = Remove("filter");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
  EXPECT_EQ(report.error().theirs, "chain INPUT with 0 rules");
  EXPECT_EQ(kernel_->transactions(), 3U);
  EXPECT_TRUE(RemoveTables(*kernel, "filter", deadline, true));
  EXPECT_EQ(Listing().find("table ip filter"), std::string::npos);
}

TEST_F(RemovalTest, NothingThereIsSuccessAndNothingIsSent) {
  Start();
  const auto report = Remove("other");
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->changed);
  EXPECT_EQ(kernel_->transactions(), 2U);
}

TEST_F(RemovalTest, AnotherProgramThatWasFasterIsSuccess) {
  kernel_sim::Profile profile;
  profile.flush_before = {3};
  Start(profile);
  const auto report = Remove();
  ASSERT_TRUE(report) << ToString(report.error());
  EXPECT_FALSE(report->changed);
  EXPECT_EQ(Listing(), "");
}

TEST_F(RemovalTest, ALostAnswerLeadsToAReadingThatShowsWhatHappened) {
  kernel_sim::Profile profile;
  profile.lost_ack = {3};
  Start(profile);
  const auto report = Remove();
  ASSERT_TRUE(report) << ToString(report.error());
  EXPECT_TRUE(report->changed);
  EXPECT_EQ(report->transaction.operations.size(), 2U);
  EXPECT_EQ(kernel_->transactions(), 3U);
}

TEST_F(RemovalTest, WithoutPermissionNothingIsRemoved) {
  Start();
  const auto report = Remove(kDefaultTable, false);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotPermitted);
  EXPECT_NE(Listing(), "");
}

}  // namespace
}  // namespace natplan::cli
