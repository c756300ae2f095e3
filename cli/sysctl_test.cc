#include "cli/sysctl.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A tree of files in place of procfs.
class SysctlTest : public ::testing::Test {
 protected:
  SysctlTest() : proc_(fs::path(::testing::TempDir()) / ("proc-" + std::to_string(getpid()))) {
    fs::remove_all(proc_);
    fs::create_directories(proc_);
  }
  ~SysctlTest() override { fs::remove_all(proc_); }

  void Put(const std::string& path, const std::string& text) {
    const fs::path file = proc_ / "sys" / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string Got(const std::string& path) {
    std::ifstream file(proc_ / "sys" / path);
    std::string text;
    std::getline(file, text);
    return text;
  }

  const fs::path proc_;
};

InterfaceName Interface(const char* name) { return *InterfaceName::Make(name); }

TEST_F(SysctlTest, EachIsReadFromItsFile) {
  Put("net/ipv4/ip_forward", "1\n");
  Put("net/ipv6/conf/all/forwarding", "0\n");
  Put("net/ipv4/conf/all/route_localnet", "2\n");
  Put("net/ipv4/conf/eth0.100/route_localnet", "3\n");
  EXPECT_EQ(Sysctl::Forwarding(Family::kIp).Read(proc_), 1);
  EXPECT_EQ(Sysctl::Forwarding(Family::kIp6).Read(proc_), 0);
  EXPECT_EQ(Sysctl::RouteLocalnetOfAll().Read(proc_), 2);
  EXPECT_EQ(Sysctl::RouteLocalnet(Interface("eth0.100")).Read(proc_), 3);
}

TEST_F(SysctlTest, TheNameIsTheOneThatSysctlTakes) {
  EXPECT_EQ(Sysctl::Forwarding(Family::kIp).name(), "net.ipv4.ip_forward");
  EXPECT_EQ(Sysctl::RouteLocalnet(Interface("eth0.100")).name(), "net.ipv4.conf.eth0/100.route_localnet");
}

TEST_F(SysctlTest, WhatIsWrittenIsRead) {
  Put("net/ipv4/conf/ve-web/route_localnet", "0\n");
  const Sysctl sysctl = Sysctl::RouteLocalnet(Interface("ve-web"));
  ASSERT_TRUE(sysctl.Write(proc_, 1).has_value());
  EXPECT_EQ(Got("net/ipv4/conf/ve-web/route_localnet"), "1");
  EXPECT_EQ(sysctl.Read(proc_), 1);
}

TEST_F(SysctlTest, AMissingFileIsNeverCreated) {
  const Sysctl sysctl = Sysctl::RouteLocalnet(Interface("gone"));
  const auto written = sysctl.Write(proc_, 1);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kNotSupported);
  EXPECT_EQ(written.error().errno_value, ENOENT);
  EXPECT_THAT(written.error().text, HasSubstr("/sys/net/ipv4/conf/gone/route_localnet"));
  EXPECT_FALSE(fs::exists(proc_ / "sys"));
  EXPECT_EQ(sysctl.Read(proc_).error().code, ErrorCode::kNotSupported);
}

TEST_F(SysctlTest, TextThatIsNoNumberIsAnError) {
  Put("net/ipv4/ip_forward", "on\n");
  EXPECT_EQ(Sysctl::Forwarding(Family::kIp).Read(proc_).error().code, ErrorCode::kEnvironment);
}

TEST_F(SysctlTest, AFileThatMayNotBeWrittenNamesTheCommand) {
  Put("net/ipv4/ip_forward", "0\n");
  fs::permissions(proc_ / "sys/net/ipv4/ip_forward", fs::perms::owner_read);
  const auto write = [&] {
    natplan::testing::DropCapabilities();  // Root may write to every file.
    const auto written = Sysctl::Forwarding(Family::kIp).Write(proc_, 1);
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::kNotPermitted);
    EXPECT_THAT(written.error().text, HasSubstr("sysctl -w net.ipv4.ip_forward=1"));
  };
  natplan::testing::RunInNamespaceOrSkip(write);
}

// The kernel's own files, in a network namespace of the test's own.
TEST(LiveSysctlTest, EachIsThereAndCanBeSet) {
  natplan::testing::RunInNamespaceOrSkip([] {
    for (const Sysctl& sysctl : {Sysctl::Forwarding(Family::kIp), Sysctl::Forwarding(Family::kIp6),
                                 Sysctl::ForwardingOfNew(Family::kIp), Sysctl::ForwardingOfNew(Family::kIp6),
                                 Sysctl::AcceptRedirectsOfAll(), Sysctl::IsRouter(Interface("lo")),
                                 Sysctl::RouteLocalnetOfAll(), Sysctl::RouteLocalnet(Interface("lo"))}) {
      for (const int value : {0, 1}) {
        const auto written = sysctl.Write("/proc", value);
        ASSERT_TRUE(written.has_value()) << written.error().text;
        EXPECT_EQ(sysctl.Read("/proc"), value) << sysctl.name();
      }
    }
  });
}

}  // namespace
}  // namespace natplan::cli
