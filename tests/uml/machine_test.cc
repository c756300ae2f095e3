// The machine itself: that it runs scripts, ends in time, and leaves nothing behind.
#include "tests/uml/machine.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kLimit{120};

class UmlMachineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoUml(); !why.empty()) GTEST_SKIP() << why;
  }
};

// The processes whose command line has `text`, this one left out.
int ProcessesWith(const std::string& text) {
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    if (entry.path().filename() == std::to_string(getpid())) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string line{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (line.find(text) != std::string::npos) ++count;
  }
  return count;
}

// Killed processes that somebody else has yet to reap take a moment to go.
int ProcessesSoonWith(const std::string& text) {
  int count = ProcessesWith(text);
  for (int i = 0; i < 50 && count > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    count = ProcessesWith(text);
  }
  return count;
}

TEST_F(UmlMachineTest, AScriptRunsAsRootOfItsOwnKernelAndItsExitCodeComesBack) {
  const auto ran = RunInUml("id -u; uname -r; echo to-stderr >&2; exit 7", kLimit);
  ASSERT_TRUE(ran.has_value()) << ran.error();
  EXPECT_EQ(ran->exit_code, 7) << *ran;
  EXPECT_THAT(ran->out, ::testing::StartsWith("0\n6.1."));
  EXPECT_EQ(ran->err, "to-stderr\n");
}

TEST_F(UmlMachineTest, AScriptThatHangsIsKilledAtTheLimitAndLeavesNothing) {
  const char* base = std::getenv("TEST_TMPDIR");
  const fs::path folder = fs::path(base != nullptr ? base : "/tmp") / ("limit-" + std::to_string(getpid()));
  fs::create_directory(folder);
  setenv("TEST_TMPDIR", folder.c_str(), 1);
  const auto ran = RunInUml("echo begun; sleep 1000", std::chrono::seconds(20));
  if (base != nullptr) {
    setenv("TEST_TMPDIR", base, 1);
  } else {
    unsetenv("TEST_TMPDIR");
  }
  ASSERT_FALSE(ran.has_value());
  EXPECT_THAT(ran.error(), HasSubstr("begun"));
  EXPECT_EQ(ProcessesSoonWith(folder), 0);
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace natplan::testing
