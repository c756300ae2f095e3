#include "backends/iptables/program_search.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace natplan {
namespace {

namespace fs = std::filesystem;

// Two folders, and a program in the second one.
class ProgramSearchTest : public ::testing::Test {
 protected:
  ProgramSearchTest() : root_(fs::path(::testing::TempDir()) / ("search-" + std::to_string(getpid()))) {
    Put("second", "program");
  }
  ~ProgramSearchTest() override { fs::remove_all(root_); }

  void Put(const std::string& folder, const std::string& name, fs::perms perms = fs::perms::owner_all) {
    fs::create_directories(root_ / folder);
    std::ofstream(root_ / folder / name) << "#!/bin/sh\n";
    fs::permissions(root_ / folder / name, perms);
  }
  std::string Folder(const std::string& name) const { return root_ / name; }

  const fs::path root_;
};

TEST_F(ProgramSearchTest, TheFirstFolderThatHasTheProgramCounts) {
  const ProgramSearch search(Folder("first") + "::" + Folder("second"));
  EXPECT_EQ(search.Find("program"), Folder("second") + "/program");
  EXPECT_EQ(search.Find("other"), "");
  Put("first", "program");
  EXPECT_EQ(search.Find("program"), Folder("first") + "/program");
}

TEST_F(ProgramSearchTest, WhatCannotBeRunIsPassedOver) {
  Put("first", "program", fs::perms::owner_read);
  EXPECT_EQ(ProgramSearch(Folder("first") + ":" + Folder("second")).Find("program"),
            Folder("second") + "/program");
}

TEST_F(ProgramSearchTest, RelativeFoldersDoNotCount) {
  EXPECT_EQ(ProgramSearch(fs::relative(Folder("second")).string()).Find("program"), "");
}

TEST_F(ProgramSearchTest, WithoutFoldersThoseOfTheEnvironmentStandBeforeTheSystems) {
  setenv("PATH", Folder("second").c_str(), 1);
  EXPECT_EQ(ProgramSearch().Find("program"), Folder("second") + "/program");
  EXPECT_NE(ProgramSearch().Find("sh"), "") << "which every system has";
  Put("second", "sh");
  EXPECT_EQ(ProgramSearch().Find("sh"), Folder("second") + "/sh");
  unsetenv("PATH");
  EXPECT_NE(ProgramSearch().Find("sh"), "");
}

}  // namespace
}  // namespace natplan
