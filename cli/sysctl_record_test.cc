#include "cli/sysctl_record.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/host/namespace_id.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
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
  void AppendText(const std::string& text) const { std::ofstream(home_ / "run/here", std::ios::app) << text; }

  const fs::path home_;
};

TEST_F(SysctlRecordTest, WhatIsAddedIsReadByWhoeverComesLater) {
  EXPECT_THAT(Record().Read().value(), IsEmpty());
  for (const SwitchedOn& one : {kIp, kWeb, kUplink}) ASSERT_TRUE(Record().Add(one));
  EXPECT_THAT(Record().Read().value(), ElementsAre(kIp, kWeb, kUplink));
  ASSERT_TRUE(Record().TakeAway(kWeb));
  EXPECT_THAT(Record().Read().value(), ElementsAre(kIp, kUplink));
  ASSERT_TRUE(Record().Add(kIp));
  EXPECT_THAT(Record().Read().value(), ElementsAre(kUplink, kIp)) << "the last counts";
}

TEST_F(SysctlRecordTest, ATornLineIsLeftOutAndTheNextOneIsNot) {
  ASSERT_TRUE(Record().Add(kIp));
  AppendText("\n+ net/ipv4/conf/ve-web/route_localnet 7 0 1");
  EXPECT_THAT(Record().Read().value(), ElementsAre(kIp));
  ASSERT_TRUE(Record().Add(kUplink));
  EXPECT_THAT(Record().Read().value(), ::testing::Contains(kUplink));
}

TEST_F(SysctlRecordTest, OnlyWhatNatplanSetsIsReadOutOfIt) {
  ASSERT_TRUE(Record().Add(kIp));
  AppendText(
      "+ kernel/core_pattern 0 0 1\n+ net/ipv4/conf/all/route_localnet 0 0 1\n"
      "+ net/ipv4/conf/../../ipv4/ip_forward 0 0 1\n+ net/ipv4/conf/v/w/route_localnet 0 0 1\n"
      "+ net/ipv6/conf/default/accept_ra 0 0 1\n+ x 0 0 1\n* net/ipv4/ip_forward 0 0 1\n");
  EXPECT_THAT(Record().Read().value(), ElementsAre(kIp));
}

TEST_F(SysctlRecordTest, AFolderThatOthersMayWriteToSaysNothingAndIsNotWritten) {
  ASSERT_TRUE(Record().Add(kIp));
  ASSERT_EQ(chmod((home_ / "run").c_str(), 0777), 0);
  EXPECT_THAT(Record().Read().value(), IsEmpty());
  ASSERT_TRUE(Record().Add(kWeb));
  EXPECT_TRUE(fs::exists(home_ / "tmp/here")) << "the second folder";
  EXPECT_THAT(Record().Read().value(), ElementsAre(kWeb));
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
