#include "cli/sysctl_record.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/host/namespace_id.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const SwitchedOn kIp = {Sysctl::Forwarding(Family::kIp), 0, 0, 1};
const SwitchedOn kWeb = {Sysctl::RouteLocalnet(InterfaceName::Make("ve-web").value()), 7, 0, 1};
const SwitchedOn kUplink = {Sysctl::AcceptRa(InterfaceName::Make("eth0.5").value()), 3, 1, 2};

class SysctlRecordTest : public ::testing::Test {
 protected:
  SysctlRecordTest() : home_(fs::path(::testing::TempDir()) / ("record-" + std::to_string(getpid()))) {
    fs::remove_all(home_);
    fs::create_directories(home_);
  }
  ~SysctlRecordTest() override { fs::remove_all(home_); }

  SysctlRecord Record() const { return {"here", {home_ / "run", home_ / "tmp"}}; }
  std::vector<SwitchedOn> Known() const { return Record().Read().value().switched_on; }
  std::vector<std::string> Damage() const { return Record().Read().value().damage; }
  void AppendText(const std::string& text) const { std::ofstream(home_ / "run/here", std::ios::app) << text; }

  const fs::path home_;
};

TEST_F(SysctlRecordTest, WhatIsAddedIsReadByWhoeverComesLater) {
  EXPECT_THAT(Known(), IsEmpty());
  for (const SwitchedOn& one : {kIp, kWeb, kUplink}) ASSERT_TRUE(Record().Add(one));
  EXPECT_THAT(Known(), ElementsAre(kIp, kWeb, kUplink));
  ASSERT_TRUE(Record().TakeAway(kWeb));
  EXPECT_THAT(Known(), ElementsAre(kIp, kUplink));
  ASSERT_TRUE(Record().Add(kIp));
  EXPECT_THAT(Known(), ElementsAre(kUplink, kIp)) << "the last counts";
}

TEST_F(SysctlRecordTest, ATornLineIsLeftOutAndTheNextOneIsNot) {
  ASSERT_TRUE(Record().Add(kIp));
  EXPECT_THAT(Damage(), IsEmpty());
  AppendText("\n+ net/ipv4/conf/ve-web/route_localnet 7 0 1");
  EXPECT_THAT(Known(), ElementsAre(kIp));
  EXPECT_THAT(Damage(), ElementsAre(HasSubstr("has lines that natplan does not write")));
  ASSERT_TRUE(Record().Add(kUplink));
  EXPECT_THAT(Known(), ::testing::Contains(kUplink));
}

TEST_F(SysctlRecordTest, OnlyWhatNatplanSetsIsReadOutOfIt) {
  ASSERT_TRUE(Record().Add(kIp));
  AppendText(
      "+ kernel/core_pattern 0 0 1\n+ net/ipv4/conf/all/route_localnet 0 0 1\n"
      "+ net/ipv4/conf/../../ipv4/ip_forward 0 0 1\n+ net/ipv4/conf/v/w/route_localnet 0 0 1\n"
      "+ net/ipv6/conf/default/accept_ra 0 0 1\n+ x 0 0 1\n* net/ipv4/ip_forward 0 0 1\n");
  EXPECT_THAT(Known(), ElementsAre(kIp));
  EXPECT_THAT(Damage(),
              ElementsAre(HasSubstr("run/here, the record of what --sysctl switched on, has lines")));
}

TEST_F(SysctlRecordTest, AnEmptyFileIsNotWhatNatplanLeaves) {
  fs::create_directories(home_ / "run");
  AppendText("");
  EXPECT_THAT(Known(), IsEmpty());
  EXPECT_THAT(Damage(), ElementsAre(HasSubstr("is empty: more may be on than it tells")));
}

TEST_F(SysctlRecordTest, AFolderThatOthersMayWriteToSaysNothingAndIsNotWritten) {
  ASSERT_TRUE(Record().Add(kIp));
  ASSERT_EQ(chmod((home_ / "run").c_str(), 0777), 0);
  EXPECT_THAT(Known(), IsEmpty());
  ASSERT_TRUE(Record().Add(kWeb));
  EXPECT_TRUE(fs::exists(home_ / "tmp/here")) << "the second folder";
  EXPECT_THAT(Known(), ElementsAre(kWeb));
}

TEST_F(SysctlRecordTest, ASymbolicLinkIsNoFolder) {
  fs::create_directories(home_ / "elsewhere");
  for (const char* name : {"run", "tmp"}) fs::create_directory_symlink(home_ / "elsewhere", home_ / name);
  const auto added = Record().Add(kIp);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().text, HasSubstr("tmp/here"));
  EXPECT_TRUE(fs::is_empty(home_ / "elsewhere"));
}

TEST_F(SysctlRecordTest, WhatCannotBeReadIsAnError) {
  fs::create_directories(home_ / "run/here");
  const auto read = Record().Read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().text, HasSubstr("run/here"));
}

TEST_F(SysctlRecordTest, WithoutProcfsThatIsSaid) {
  const auto record = SysctlRecord::OfThisNamespace(home_);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().text, AllOf(HasSubstr("what --sysctl switched on cannot be looked up: "),
                                         HasSubstr("mount -t proc")));
}

TEST(NamespaceIdTest, EachNetworkNamespaceHasItsOwnForGood) {
  const std::string home = NamespaceId("/proc").value();
  EXPECT_EQ(NamespaceId("/proc").value(), home);
  natplan::testing::RunInNamespaceOrSkip([&] {
    const std::string other = NamespaceId("/proc").value();
    EXPECT_NE(other, home);
    EXPECT_EQ(NamespaceId("/proc").value(), other);
  });
  EXPECT_FALSE(NamespaceId("/nowhere"));
}

}  // namespace
}  // namespace natplan::cli
