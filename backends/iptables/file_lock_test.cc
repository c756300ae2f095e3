#include "backends/iptables/file_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Two locks of one process stand for two processes: flock(2) belongs to the open file.
class FileLockTest : public ::testing::Test {
 protected:
  FileLockTest() : path_(::testing::TempDir() + "file_lock_test." + std::to_string(getpid())) {}
  ~FileLockTest() override { unlink(path_.c_str()); }
  std::string path_;
};

TEST_F(FileLockTest, KeepsASecondOneOutUntilTheFirstIsGone) {
  auto first = FileLock::Acquire({path_}, steady_clock::now() + milliseconds(50));
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(first->note(), "");
  const auto second = FileLock::Acquire({path_}, steady_clock::now() + milliseconds(50));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kDeadline);
  EXPECT_NE(second.error().text.find(path_), std::string::npos);
  std::thread releaser([&] {
    std::this_thread::sleep_for(milliseconds(30));
    *first = FileLock();
  });
  EXPECT_TRUE(FileLock::Acquire({path_}, steady_clock::now() + milliseconds(5000)));
  releaser.join();
}

TEST_F(FileLockTest, TakesTheFirstFileThatCanBeOpenedForItsOwnerAlone) {
  const auto lock = FileLock::Acquire({"/nowhere/at/all", path_}, steady_clock::now());
  ASSERT_TRUE(lock);
  EXPECT_EQ(lock->note(), "");
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FileLockTest, WithoutAFileNothingIsLockedAndTheNoteSaysWhy) {
  const auto lock = FileLock::Acquire({"/nowhere/at/all", "/nor/here"}, steady_clock::now());
  ASSERT_TRUE(lock);
  EXPECT_NE(lock->note().find("/nowhere/at/all"), std::string::npos);
  EXPECT_NE(lock->note().find("/nor/here"), std::string::npos);
}

TEST_F(FileLockTest, FollowsNoSymbolicLink) {
  ASSERT_EQ(symlink((path_ + ".target").c_str(), path_.c_str()), 0);
  const auto lock = FileLock::Acquire({path_}, steady_clock::now());
  ASSERT_TRUE(lock);
  EXPECT_NE(lock->note(), "");
  EXPECT_NE(access((path_ + ".target").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace natplan
