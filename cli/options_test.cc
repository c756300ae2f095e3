#include "cli/options.h"

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

TEST(OptionsTest, InItsOwnTableNatplanRemovesWhatItsOwnerHadOrWhatIsNobodys) {
  EXPECT_EQ(TableOptions{}.scope(), Scope::kApply);
}

TEST(OptionsTest, InAnotherProgramsTableNothingIsRemoved) {
  EXPECT_EQ(TableOptions{.table = "io.systemd.nat"}.scope(), Scope::kOwn);
}

TEST(OptionsTest, WhatIsAskedForCountsEverywhere) {
  EXPECT_EQ(TableOptions{.exclusive = true}.scope(), Scope::kExclusive);
  EXPECT_EQ((TableOptions{.table = "io.systemd.nat", .exclusive = true}.scope()), Scope::kExclusive);
  EXPECT_EQ(TableOptions{.adopt = true}.scope(), Scope::kAdopt);
}

}  // namespace
}  // namespace natplan::cli
