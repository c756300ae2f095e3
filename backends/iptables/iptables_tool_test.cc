#include "backends/iptables/iptables_tool.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/namespace.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A folder of programs that are shell scripts.
class IptablesToolTest : public ::testing::Test {
 protected:
  IptablesToolTest() : folder_(::testing::TempDir() + "iptables_tool_test." + std::to_string(getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~IptablesToolTest() override { std::filesystem::remove_all(folder_); }

  void Program(const std::string& name, const std::string& script) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    chmod(path.c_str(), 0755);
  }
  IptablesTool Tool(bool prefer_legacy = false) const {
    return IptablesTool({.prefer_legacy = prefer_legacy,
                         .search_path = "relative::" + folder_,
                         .lock_files = {folder_ + "/lock"}});
  }
  std::string Content(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(folder_ + "/" + name).rdbuf();
    return out.str();
  }
  static TimePoint In(milliseconds time) { return steady_clock::now() + time; }

  std::string folder_;
};

TEST_F(IptablesToolTest, RunsTheProgramOfTheFamily) {
  Program("iptables-save", "echo four $*");
  Program("ip6tables-save", "echo six $*");
  EXPECT_EQ(*Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))), "four\n");
  EXPECT_EQ(*Tool().Save(IptablesSide::kUsed, Family::kIp6, In(seconds(5))), "six\n");
}

TEST_F(IptablesToolTest, GivesRestoreItsInputAndTheTimeToWaitForTheLock) {
  Program("iptables-restore", "cat > " + folder_ + "/input; echo $* > " + folder_ + "/arguments");
  ASSERT_TRUE(
      Tool().Restore(IptablesSide::kUsed, Family::kIp, "*nat\nCOMMIT\n", false, In(milliseconds(7900))));
  EXPECT_EQ(Content("input"), "*nat\nCOMMIT\n");
  EXPECT_EQ(Content("arguments"), "--noflush --wait 7\n");
  ASSERT_TRUE(
      Tool().Restore(IptablesSide::kUsed, Family::kIp, "*nat\nCOMMIT\n", true, In(milliseconds(500))));
  EXPECT_EQ(Content("arguments"), "--noflush --wait 1 --test\n");
}

TEST_F(IptablesToolTest, PassesOnAnEnvironmentOfThreeNames) {
  setenv("XTABLES_LOCKFILE", "/my/lock", 1);
  setenv("LD_PRELOAD_NOT", "x", 1);
  Program("iptables-save", "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort");
  EXPECT_EQ(*Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))),
            "LC_ALL=C\nPATH=/usr/sbin:/sbin:/usr/bin:/bin\nXTABLES_LOCKFILE=/my/lock\n");
  unsetenv("XTABLES_LOCKFILE");
}

TEST_F(IptablesToolTest, SaysWhichPackageHasAMissingProgram) {
  const auto result = Tool().Save(IptablesSide::kUsed, Family::kIp6, In(seconds(5)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotSupported);
  EXPECT_EQ(result.error().errno_value, ENOENT);
  EXPECT_NE(result.error().text.find("ip6tables-save"), std::string::npos);
  EXPECT_FALSE(Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5))));
}

TEST_F(IptablesToolTest, LooksInAbsoluteFoldersAlone) {
  Program("iptables-save", "exit 0");
  IptablesTool tool({.search_path = std::filesystem::relative(folder_).string()});
  EXPECT_EQ(tool.Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))).error().code,
            ErrorCode::kNotSupported);
}

TEST_F(IptablesToolTest, QuotesAProgramThatFails) {
  Program("iptables-save", "echo 'something odd' >&2; exit 7");
  const auto result = Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnreadable);
  EXPECT_NE(result.error().text.find("something odd"), std::string::npos);
}

// Only a change has an outcome that may be unknown.
TEST_F(IptablesToolTest, ALostAnswerOfTheKernelIsUnknownOnlyWhereSomethingIsChanged) {
  const char* script = "echo 'x: No buffer space available' >&2; exit 4";
  Program("iptables-save", script);
  Program("iptables-restore", script);
  IptablesTool tool = Tool();
  EXPECT_EQ(tool.Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))).error().code, ErrorCode::kUnreadable);
  const auto restore = [&](bool check_only) {
    return tool.Restore(IptablesSide::kUsed, Family::kIp, "", check_only, In(seconds(5))).error().code;
  };
  EXPECT_EQ(restore(true), ErrorCode::kEnvironment);
  EXPECT_EQ(restore(false), ErrorCode::kUnknownOutcome);
}

TEST_F(IptablesToolTest, AReadingThatWasKilledOrWhoseStatusWasLostIsUnreadable) {
  Program("iptables-save", "echo '*nat'; echo COMMIT; kill -KILL $$");
  EXPECT_EQ(Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))).error().code,
            ErrorCode::kUnreadable);
  Program("iptables-save", "echo '*nat'; echo COMMIT");
  const auto before = signal(SIGCHLD, SIG_IGN);
  const auto lost = Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5)));
  signal(SIGCHLD, before);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kUnreadable);
}

TEST_F(IptablesToolTest, AChangeThatWasKilledOrWhoseStatusWasLostIsUnknown) {
  Program("iptables-restore", "kill -KILL $$");
  EXPECT_EQ(Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5))).error().code,
            ErrorCode::kUnknownOutcome);
  Program("iptables-restore", "exit 0");
  const auto before = signal(SIGCHLD, SIG_IGN);
  const auto lost = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5)));
  const auto looked = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", true, In(seconds(5)));
  signal(SIGCHLD, before);
  EXPECT_EQ(lost.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(looked.error().code, ErrorCode::kEnvironment);
  Program("iptables-restore", "exec yes");
  EXPECT_EQ(Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(20))).error().code,
            ErrorCode::kUnknownOutcome);
}

TEST_F(IptablesToolTest, AsksIptablesWhyRestoreHasNoTable) {
  Program("iptables-restore", "echo \"iptables-restore: unable to initialize table 'nat'\" >&2; exit 2");
  EXPECT_EQ(Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5))).error().code,
            ErrorCode::kNotSupported);
  Program("iptables", "echo \"$*: Permission denied (you must be root)\" >&2; exit 3");
  const auto result = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5)));
  EXPECT_EQ(result.error().code, ErrorCode::kNotPermitted);
  EXPECT_NE(result.error().text.find("-t nat -S"), std::string::npos);
}

TEST_F(IptablesToolTest, AReadingThatHangsIsLateAndAChangeThatHangsIsUnknown) {
  Program("iptables-save", "sleep 60");
  Program("iptables-restore", "sleep 60");
  const auto save = Tool().Save(IptablesSide::kUsed, Family::kIp, In(milliseconds(100)));
  ASSERT_FALSE(save);
  EXPECT_EQ(save.error().code, ErrorCode::kDeadline);
  EXPECT_NE(save.error().text.find(folder_ + "/iptables-save"), std::string::npos);
  const auto test = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", true, In(milliseconds(100)));
  EXPECT_EQ(test.error().code, ErrorCode::kDeadline);
  const auto change = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(milliseconds(100)));
  EXPECT_EQ(change.error().code, ErrorCode::kUnknownOutcome);
  const auto not_begun = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(milliseconds(-1)));
  EXPECT_EQ(not_begun.error().code, ErrorCode::kDeadline);
}

TEST_F(IptablesToolTest, PrefersLegacyOnlyIfAskedToAndIfBothProgramsAreThere) {
  Program("iptables-save", "echo plain");
  Program("iptables-legacy-save", "echo legacy");
  EXPECT_EQ(*Tool(true).Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))), "plain\n");
  Program("iptables-legacy-restore", "exit 0");
  EXPECT_EQ(*Tool(true).Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))), "legacy\n");
  EXPECT_EQ(*Tool(false).Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))), "plain\n");
}

TEST_F(IptablesToolTest, FindsTheOtherVariantByTheFileBehindTheName) {
  Program("xtables-nft-multi", "echo nft");
  Program("iptables-legacy-save", "echo legacy");
  std::filesystem::create_symlink("xtables-nft-multi", folder_ + "/iptables-nft-save");
  std::filesystem::create_symlink("iptables-nft-save", folder_ + "/iptables-save");
  EXPECT_EQ(*Tool().Save(IptablesSide::kOther, Family::kIp, In(seconds(5))), "legacy\n");
  EXPECT_FALSE(Tool().Save(IptablesSide::kOther, Family::kIp6, In(seconds(5))));
  Program("ip6tables-save", "echo neither of both");
  EXPECT_FALSE(Tool().Save(IptablesSide::kOther, Family::kIp6, In(seconds(5))));
}

TEST_F(IptablesToolTest, ProgramsOfTwoVariantsAreNotUsedTogether) {
  Program("xtables-nft-multi", "echo nft");
  Program("xtables-legacy-multi", "echo legacy");
  std::filesystem::create_symlink("xtables-legacy-multi", folder_ + "/iptables-save");
  std::filesystem::create_symlink("xtables-nft-multi", folder_ + "/iptables-restore");
  const auto save = Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5)));
  const auto restore = Tool().Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5)));
  ASSERT_FALSE(save);
  ASSERT_FALSE(restore);
  EXPECT_EQ(restore.error(), save.error());
  EXPECT_EQ(save.error().code, ErrorCode::kEnvironment);
  for (const char* name : {"/iptables-save", "/iptables-restore"})
    EXPECT_NE(save.error().text.find(folder_ + name), std::string::npos) << save.error().text;
}

// As bytes of an exit status, since a child's failures would print and not count.
TEST_F(IptablesToolTest, InAForkedChildEveryCallFails) {
  Program("iptables-save", "echo ran");
  IptablesTool tool = Tool();
  const pid_t child = fork();
  if (child == 0) {
    const bool refused =
        tool.Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))).error().errno_value == ECHILD &&
        tool.Restore(IptablesSide::kUsed, Family::kIp, "", false, In(seconds(5))).error().errno_value ==
            ECHILD &&
        tool.Holds(IptablesSide::kUsed, Family::kIp, "nat", "x", In(seconds(5))).error().errno_value ==
            ECHILD &&
        tool.Lock(In(seconds(5))).error().errno_value == ECHILD &&
        Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))) == "ran\n";
    _exit(refused ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_TRUE(tool.Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))));
}

TEST_F(IptablesToolTest, RunsInTheNetworkNamespaceInWhichItWasMade) {
  Program("iptables-save", "readlink /proc/self/ns/net");
  testing::RunInNamespaceOrSkip([this] {
    IptablesTool tool = Tool();
    const auto ask = [&] { return tool.Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))); };
    const std::string before = *ask();
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    const std::string elsewhere = *Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5)));
    EXPECT_NE(elsewhere, before);
    EXPECT_EQ(*ask(), before);
    // The thread is where it was.
    EXPECT_EQ(*Tool().Save(IptablesSide::kUsed, Family::kIp, In(seconds(5))), elsewhere);
    testing::DropCapabilities();
    const auto refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kNotPermitted) << refused.error().text;
  });
}

TEST_F(IptablesToolTest, LocksTheFile) {
  IptablesTool tool = Tool();
  const auto lock = tool.Lock(In(seconds(1)));
  ASSERT_TRUE(lock);
  EXPECT_EQ(tool.Lock(In(milliseconds(20))).error().code, ErrorCode::kDeadline);
}

}  // namespace
}  // namespace natplan
