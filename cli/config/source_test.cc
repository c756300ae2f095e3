#include "cli/config/source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

std::string InFolder(const std::string& name) { return ::testing::TempDir() + "/" + name; }

std::string Write(const std::string& name, const std::string& text) {
  std::ofstream(InFolder(name), std::ios::binary) << text;
  return InFolder(name);
}

TEST(SourceTest, GivesTheBytesOfTheFile) {
  const std::string bytes("a\0b\r\n", 5);
  EXPECT_EQ(ReadSource(Write("plain", bytes)).value_or(""), bytes);
  EXPECT_EQ(ReadSource(Write("empty", "")).value_or("?"), "");
}

TEST(SourceTest, SaysThatAFileIsMissing) {
  const auto text = ReadSource(InFolder("missing"));
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().find("no such file"), std::string::npos);
}

TEST(SourceTest, SaysThatAFolderIsNoFile) {
  const auto text = ReadSource(::testing::TempDir());
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().find("folder"), std::string::npos);
}

TEST(SourceTest, SaysThatAFileMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "SKIPPED[root]: root may read every file";
  const std::string path = Write("secret", "x");
  chmod(path.c_str(), 0);
  const auto text = ReadSource(path);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().find("may not read"), std::string::npos);
}

TEST(SourceTest, TakesSixteenMebibytesAndNotOneByteMore) {
  EXPECT_TRUE(ReadSource(Write("largest", std::string(kLargestFile, '#'))));
  EXPECT_FALSE(ReadSource(Write("larger", std::string(kLargestFile + 1, '#'))));
}

TEST(SourceTest, ARelativePathCountsFromWhereBazelRunWasCalled) {
  Write("relative", "x");
  setenv("BUILD_WORKING_DIRECTORY", ::testing::TempDir().c_str(), 1);
  const auto text = ReadSource("relative");
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(text.value_or(""), "x");
}

}  // namespace
}  // namespace natplan::cli
