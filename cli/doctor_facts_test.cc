#include "cli/doctor_facts.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A tree of files in place of procfs, and of folders with programs.
class DoctorFactsTest : public ::testing::Test {
 protected:
  DoctorFactsTest() : root_(fs::path(::testing::TempDir()) / ("doctor-" + std::to_string(getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~DoctorFactsTest() override { fs::remove_all(root_); }

  void Put(const std::string& path, const std::string& text) {
    const fs::path file = root_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  void PutProgram(const std::string& path) {
    Put(path, "#!/bin/sh\n");
    fs::permissions(root_ / path, fs::perms::owner_all);
  }

  const fs::path root_;
};

TEST_F(DoctorFactsTest, RootOfTheHost) {
  Put("sys/kernel/osrelease", "6.18.0-test\n");
  Put("self/uid_map", "         0          0 4294967295\n");
  Put("self/status", "Name:\tnatplan\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\n");
  EXPECT_EQ(ReadProcessFacts(root_), (ProcessFacts{"6.18.0-test", true, true}));
}

TEST_F(DoctorFactsTest, AUserInANamespaceWithoutTheCapability) {
  Put("self/uid_map", "         0       1000          1\n");
  // All but bit 12.
  Put("self/status", "CapEff:\t000001ffffffefff\n");
  EXPECT_EQ(ReadProcessFacts(root_), (ProcessFacts{"", false, false}));
  Put("self/status", "CapEff:\t0000000000001000\n");
  EXPECT_EQ(ReadProcessFacts(root_).net_admin, true);
}

TEST_F(DoctorFactsTest, WithoutProcfsNothingIsClaimed) {
  EXPECT_EQ(ReadProcessFacts(root_ / "nowhere"), ProcessFacts{});
}

TEST_F(DoctorFactsTest, VariantsAreFoundByTheirPrograms) {
  const ProgramSearch programs((root_ / "first").string() + ":" + (root_ / "second").string());
  EXPECT_EQ(FindIptablesVariants(programs), IptablesVariants{});
  PutProgram("second/xtables-nft-multi");
  fs::create_symlink("xtables-nft-multi", root_ / "second/iptables-nft-save");
  fs::create_symlink("iptables-nft-save", root_ / "second/iptables-save");
  EXPECT_EQ(FindIptablesVariants(programs), (IptablesVariants{false, true, "nft"}));
  PutProgram("first/xtables-legacy-multi");
  fs::create_symlink("xtables-legacy-multi", root_ / "first/iptables-legacy-save");
  fs::create_symlink("xtables-legacy-multi", root_ / "first/iptables-save");
  EXPECT_EQ(FindIptablesVariants(programs), (IptablesVariants{true, true, "legacy"}));
  fs::remove(root_ / "first/iptables-save");
  PutProgram("first/iptables-save");
  EXPECT_EQ(FindIptablesVariants(programs), (IptablesVariants{true, true, "unknown"}));
}

// Gives what the test put into it.
class FakeRunner final : public IptablesRunner {
 public:
  std::expected<std::string, Error> save = "";
  std::expected<std::string, Error> other = "";
  std::expected<bool, Error> holds = false;
  std::expected<bool, Error> other_holds = false;
  std::expected<bool, Error> raw_holds = false;  // in either
  std::expected<void, Error> restore = {};
  std::string tried;

  std::expected<std::string, Error> Save(IptablesSide side, Family, TimePoint) override {
    return side == IptablesSide::kUsed ? save : other;
  }
  std::expected<bool, Error> Holds(IptablesSide side, Family, std::string_view table,
                                   std::string_view comment, TimePoint) override {
    EXPECT_EQ(comment, "natplan:");
    if (table == "raw") return raw_holds;
    EXPECT_EQ(table, "nat");
    return side == IptablesSide::kUsed ? holds : other_holds;
  }
  std::expected<void, Error> Restore(IptablesSide, Family, const std::string& input, bool check_only,
                                     TimePoint) override {
    EXPECT_TRUE(check_only) << "the doctor changes nothing";
    tried = input;
    return restore;
  }
  std::expected<FileLock, Error> Lock(TimePoint) override {
    return std::unexpected(Error{.text = "nobody locks to look"});
  }
};

TEST_F(DoctorFactsTest, RulesAreCountedAndOursAreShown) {
  FakeRunner runner;
  runner.save = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE\nCOMMIT\n";
  runner.other =
      "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE\n"
      "-A POSTROUTING -s 10.1.0.0/16 -m comment --comment \"natplan:natplan:default\" -j "
      "MASQUERADE\nCOMMIT\n";
  const IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp, false, TimePoint());
  ASSERT_TRUE(facts.used.has_value());
  EXPECT_EQ(*facts.used, NatRules{.count = 1});
  ASSERT_TRUE(facts.other.has_value());
  EXPECT_EQ(facts.other->count, 2u);
  EXPECT_THAT(facts.other->ours, ElementsAre(HasSubstr("-s 10.1.0.0/16")));
  EXPECT_EQ(runner.tried, "");
}

TEST_F(DoctorFactsTest, AKernelThatPrintsNothingAndTakesNoRuleHasNoNat) {
  FakeRunner runner;
  EXPECT_TRUE(ReadIptablesFacts(runner, Family::kIp6, true, TimePoint()).used.has_value());
  EXPECT_THAT(runner.tried, HasSubstr("2001:db8::1/128 -j MASQUERADE"));
  runner.restore = std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "no table nat"});
  const IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp, true, TimePoint());
  ASSERT_FALSE(facts.used.has_value());
  EXPECT_EQ(facts.used.error().text, "no table nat");
}

TEST_F(DoctorFactsTest, ATableThatIptablesCannotShowIsNoEmptyOne) {
  FakeRunner runner;
  runner.save = "# Table `nat' is incompatible, use 'nft' tool.\n";
  const IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp6, false, TimePoint());
  ASSERT_FALSE(facts.used.has_value());
  EXPECT_EQ(facts.used.error().code, ErrorCode::kUnreadable);
  EXPECT_THAT(facts.used.error().text, HasSubstr("table ip6 nat holds rules that ip6tables cannot show"));
}

TEST_F(DoctorFactsTest, RulesThatTheKernelHasAndTheProgramDoesNotShowAreNotNone) {
  const std::expected<std::string, Error> absent =
      std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "Operation not supported"});
  for (const auto& shown : {std::expected<std::string, Error>(""), absent}) {
    FakeRunner runner;
    runner.save = shown;
    runner.other = shown;
    runner.holds = true;
    runner.other_holds = std::unexpected(Error{.code = ErrorCode::kUnreadable, .text = "no /proc"});
    const IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp, true, TimePoint());
    ASSERT_FALSE(facts.used.has_value());
    EXPECT_EQ(facts.used.error().code, ErrorCode::kUnreadable);
    ASSERT_FALSE(facts.other.has_value());
    EXPECT_EQ(facts.other.error().text, "no /proc");
  }
}

TEST_F(DoctorFactsTest, WhatNatplanHasInTableRawIsOursToo) {
  FakeRunner runner;
  runner.save =
      "*raw\n-A PREROUTING -d 127.0.0.0/8 ! -i lo -m comment --comment \"natplan:natplan:default\" -j DROP\n"
      "-A PREROUTING -j ACCEPT\nCOMMIT\n";
  runner.other = "# Table `raw' is incompatible, use 'nft' tool.\n";
  IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp, false, TimePoint());
  ASSERT_TRUE(facts.used.has_value());
  EXPECT_EQ(facts.used->count, 1U);
  EXPECT_THAT(facts.used->ours, ElementsAre(HasSubstr("iptables -t raw -A PREROUTING -d 127.0.0.0/8")));
  EXPECT_EQ(facts.other, NatRules{});
  runner.raw_holds = true;
  facts = ReadIptablesFacts(runner, Family::kIp, false, TimePoint());
  ASSERT_FALSE(facts.other.has_value());
  EXPECT_EQ(facts.other.error().code, ErrorCode::kUnreadable);
}

TEST_F(DoctorFactsTest, AProgramThatFailsOrPrintsJunkIsAnError) {
  FakeRunner runner;
  runner.save = std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "not installed"});
  runner.other = "junk\n";
  const IptablesFacts facts = ReadIptablesFacts(runner, Family::kIp6, true, TimePoint());
  EXPECT_EQ(facts.used.error().text, "not installed");
  EXPECT_EQ(facts.other.error().code, ErrorCode::kUnreadable);
}

}  // namespace
}  // namespace natplan::cli
