#include "cli/config/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

std::expected<std::string, Error> Read(const std::string& path) {
  return ReadSource(path, std::chrono::seconds(20));
}

std::string InFolder(const std::string& name) { return ::testing::TempDir() + "/" + name; }

std::string Write(const std::string& name, const std::string& text) {
  std::ofstream(InFolder(name), std::ios::binary) << text;
  return InFolder(name);
}

TEST(SourceTest, GivesTheBytesOfTheFile) {
  const std::string bytes("a\0b\r\n", 5);
  EXPECT_EQ(Read(Write("plain", bytes)).value_or(""), bytes);
  EXPECT_EQ(Read(Write("empty", "")).value_or("?"), "");
}

TEST(SourceTest, SaysThatAFileIsMissing) {
  const auto text = Read(InFolder("missing"));
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().text.find("no such file"), std::string::npos);
}

TEST(SourceTest, SaysThatAFolderIsNoFile) {
  const auto text = Read(::testing::TempDir());
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().text.find("folder"), std::string::npos);
}

TEST(SourceTest, SaysThatAFileMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "SKIPPED[root]: root may read every file";
  const std::string path = Write("secret", "x");
  chmod(path.c_str(), 0);
  const auto text = Read(path);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().text.find("may not read"), std::string::npos);
}

TEST(SourceTest, TakesSixteenMebibytesAndNotOneByteMore) {
  EXPECT_TRUE(Read(Write("largest", std::string(kLargestFile, '#'))));
  EXPECT_FALSE(Read(Write("larger", std::string(kLargestFile + 1, '#'))));
}

// Removed at the end of the test.
class Fifo {
 public:
  explicit Fifo(const std::string& name) : path_(InFolder(name)) {
    unlink(path_.c_str());
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
  }
  ~Fifo() { unlink(path_.c_str()); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(SourceTest, AFifoIsReadToItsEnd) {
  const Fifo fifo("fifo");
  std::thread writer([&] { std::ofstream(fifo.path()) << "x" << std::flush << std::string(100000, '#'); });
  const auto text = Read(fifo.path());
  writer.join();
  EXPECT_EQ(text.value_or(""), "x" + std::string(100000, '#'));
}

TEST(SourceTest, AFifoThatNobodyWritesToIsWaitedForUntilTheDeadline) {
  const Fifo fifo("silent");
  const auto text = ReadSource(fifo.path(), std::chrono::milliseconds(20));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kDeadline);
}

TEST(SourceTest, AFifoWhoseWriterStandsStillIsWaitedForUntilTheDeadline) {
  const Fifo fifo("still");
  const int keeps_it_open = open(fifo.path().c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(write(keeps_it_open, "x", 1), 1);
  const auto text = ReadSource(fifo.path(), std::chrono::milliseconds(20));
  close(keeps_it_open);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kDeadline);
  EXPECT_NE(text.error().text.find("--deadline"), std::string::npos);
}

TEST(SourceTest, ADeviceWithoutEndIsNotReadToItsEnd) {
  const auto text = Read("/dev/zero");
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().text.find("16 MiB"), std::string::npos);
}

TEST(SourceTest, AFileOfProcIsReadThoughItSaysThatItIsEmpty) {
  EXPECT_NE(Read("/proc/self/status").value_or("").find("Pid:"), std::string::npos);
}

TEST(SourceTest, ARelativePathCountsFromWhereBazelRunWasCalled) {
  Write("relative", "x");
  setenv("BUILD_WORKING_DIRECTORY", ::testing::TempDir().c_str(), 1);
  const auto text = Read("relative");
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(text.value_or(""), "x");
}

}  // namespace
}  // namespace natplan::cli
