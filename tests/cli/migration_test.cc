// A table that a natplan of layout 1 made, as nft saved it, in the hands of today's.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Ran Natplan(const std::string& arguments) { return Sh("natplan " + arguments); }
std::string Ruleset() { return Sh("nft list ruleset").out; }
// Without what list says of the layout, which is the only thing that differs.
std::string Wishes() { return Sh("natplan list | grep -v -e 'older layout' -e 'apply repairs it'").out; }

void Load() { ASSERT_EQ(Sh("nft -f tests/cli/old/layout1.nft").exit_code, 0); }

TEST(MigrationTest, AnOldTableIsListedAndChecked) {
  RunInNamespaceOrSkip([] {
    Load();
    EXPECT_THAT(Natplan("list").out, AllOf(HasSubstr("192.168.51.16/28  owner default"),
                                           HasSubstr("192.168.60.0/24 out eth0  owner web"),
                                           HasSubstr("has an older layout than \"natplan layout 2\"")));
    const Ran check = Natplan("check examples/owned.toml");
    EXPECT_EQ(check.exit_code, 1) << check;
    EXPECT_THAT(check.out, AllOf(HasSubstr("- table ip natplan { comment \"natplan layout 1\"; }\n"),
                                 HasSubstr("+ table ip natplan { comment \"natplan layout 2\"; }\n"),
                                 HasSubstr("mark . mark . mark; }\n"),
                                 HasSubstr("+ chain ip natplan hairpin"), Not(HasSubstr("- element"))));
  });
}

TEST(MigrationTest, TheNextChangeOfAnybodyMakesItTodaysAndNobodyLosesAnything) {
  RunInNamespaceOrSkip([] {
    Load();
    const std::string wishes = Wishes();
    for (const char* change : {"masquerade 10.7.0.0/16", "masquerade fd00:7::/64"}) {
      ASSERT_EQ(Natplan(std::string("add ") + change + " --owner c").exit_code, 0);
      ASSERT_EQ(Natplan(std::string("delete ") + change + " --owner c").exit_code, 0);
    }
    EXPECT_THAT(Ruleset(), AllOf(HasSubstr("natplan layout 2"), Not(HasSubstr("natplan layout 1"))));
    EXPECT_EQ(Natplan("list").out, wishes);
    for (const char* file : {"examples/owned.toml", "examples/two_containers.toml"})
      EXPECT_EQ(Natplan(std::string("check ") + file).exit_code, 0);
    // What is made anew is what was made over.
    const std::string migrated = Natplan("list").out;
    const std::string saved = Ruleset();
    ASSERT_EQ(Sh("f=$(mktemp); nft list ruleset > $f; nft flush ruleset; nft -f $f; rm $f").exit_code, 0);
    EXPECT_EQ(Ruleset(), saved);
    EXPECT_EQ(Natplan("list").out, migrated);
  });
}

TEST(MigrationTest, AnOwnerWhoRemovesWhatHeHadLeavesTheOthers) {
  RunInNamespaceOrSkip([] {
    Load();
    ASSERT_EQ(Natplan("remove --owner web").exit_code, 0);
    EXPECT_THAT(Natplan("list").out,
                AllOf(HasSubstr("192.168.51.16/28  owner default"), HasSubstr("172.16.0.0/12"),
                      HasSubstr("tcp 99 -> "), Not(HasSubstr("owner web"))));
    EXPECT_THAT(Ruleset(), AllOf(Not(HasSubstr("natplan layout 1")), Not(HasSubstr("map_localhost"))));
  });
}

TEST(MigrationTest, ForeignThingsInItStay) {
  RunInNamespaceOrSkip([] {
    Load();
    ASSERT_EQ(Sh("nft add chain ip natplan theirs; nft add rule ip natplan postrouting counter").exit_code,
              0);
    ASSERT_EQ(Natplan("add masquerade 10.7.0.0/16 --owner c").exit_code, 0);
    EXPECT_THAT(Ruleset(),
                AllOf(HasSubstr("chain theirs"), HasSubstr("counter"), HasSubstr("mark . mark . mark")));
    EXPECT_THAT(Natplan("list").out,
                AllOf(HasSubstr("192.168.51.16/28  owner default"), HasSubstr("10.7.0.0/16  owner c"),
                      HasSubstr("192.168.60.0/24 out eth0  owner web")));
  });
}

}  // namespace
}  // namespace natplan::testing
