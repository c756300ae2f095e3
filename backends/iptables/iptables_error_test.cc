#include "backends/iptables/iptables_error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace natplan {
namespace {

ErrorCode CodeOf(int status, const char* complaint) {
  return ErrorOfExit("/usr/sbin/iptables-restore", status, complaint).code;
}

TEST(ErrorOfExit, TellsAMissingRightFromAMissingKernelAndFromAMissingRule) {
  // As iptables 1.8.9 says it.
  EXPECT_EQ(
      CodeOf(4,
             "iptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied "
             "(you must be root)\n"),
      ErrorCode::kNotPermitted);
  EXPECT_EQ(CodeOf(1, "Failed to list table names in /proc/net/ip_tables_names: Permission denied\n"),
            ErrorCode::kNotPermitted);
  EXPECT_EQ(CodeOf(4, "Fatal: can't open lock file /run/xtables.lock: Permission denied\n"),
            ErrorCode::kNotPermitted);
  EXPECT_EQ(
      CodeOf(3,
             "iptables-restore v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist "
             "(do you need to insmod?)\n"),
      ErrorCode::kNotSupported);
  EXPECT_EQ(
      CodeOf(2, "iptables-restore v1.8.9 (legacy): iptables-restore: unable to initialize table 'nat'\n"),
      ErrorCode::kNotSupported);
  EXPECT_EQ(
      CodeOf(1, "iptables-restore: line 2 failed: Bad rule (does a matching rule exist in that chain?).\n"),
      ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(1, "iptables-restore: line 2 failed\n"), ErrorCode::kRefused);
  EXPECT_EQ(
      CodeOf(1, "sendmsg() failed: Message too long\niptables-restore: line 3 failed: Message too long.\n"),
      ErrorCode::kTooLarge);
  EXPECT_EQ(CodeOf(1, "iptables-restore: line 3 failed: Too many open files.\n"), ErrorCode::kEnvironment);
  EXPECT_EQ(CodeOf(4, "Another app is currently holding the xtables lock; still 3s 0us time ahead\n"),
            ErrorCode::kDeadline);
}

TEST(ErrorOfExit, QuotesTheProgramAndItsWordsWithControlCharactersEscaped) {
  const Error error = ErrorOfExit("/usr/sbin/iptables-restore", 2, "bad\x1b[31m\nthing\n\n");
  EXPECT_EQ(error.code, ErrorCode::kRefused);
  EXPECT_NE(error.text.find("/usr/sbin/iptables-restore"), std::string::npos);
  EXPECT_NE(error.text.find("bad\\x1b[31m thing"), std::string::npos) << error.text;
}

TEST(ErrorOfExit, SaysThatNothingWasSaid) {
  EXPECT_NE(ErrorOfExit("x", 127, "").text.find("said nothing"), std::string::npos);
}

}  // namespace
}  // namespace natplan
