// Tables of other programs: what would empty them as a whole is refused, unless it is said twice.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kFilter =
    "nft -f - << 'END'\n"
    "table ip filter {\n"
    "  set blocked { type ipv4_addr; elements = { 192.0.2.1 } }\n"
    "  chain INPUT { type filter hook input priority 0; policy accept; ip saddr @blocked drop; tcp dport 1 "
    "drop; }\n"
    "}\n"
    "END";

std::string Ruleset() { return Sh("nft list ruleset").out; }

TEST(ForeignTableTest, AHostsFilterIsNeitherRemovedNorEmptied) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(kFilter).exit_code, 0);
    const std::string before = Ruleset();
    const std::string file = "examples/stopped.toml --exclusive";
    for (const std::string& command :
         {std::string("remove"), "apply " + file, "check " + file, "plan --against live " + file,
          "watch " + file, "watch --restore " + file}) {
      const Ran ran = Sh("timeout 60 natplan " + command + " --table filter");
      EXPECT_EQ(ran.exit_code, 1) << command << '\n' << ran;
      EXPECT_THAT(ran.err, AllOf(HasSubstr("--force"), HasSubstr("chain INPUT with 2 rules"),
                                 HasSubstr("set blocked")))
          << command;
      EXPECT_EQ(Ruleset(), before) << command;
    }
    const Ran json = Sh("natplan remove --table filter --json");
    EXPECT_EQ(nlohmann::json::parse(json.out)["error"]["code"], "conflict") << json;
  });
}

TEST(ForeignTableTest, WithForceTheyAre) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(kFilter).exit_code, 0);
    const Ran applied = Sh("natplan apply examples/stopped.toml --exclusive --force --table filter");
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.out, HasSubstr("delete chain ip filter INPUT"));
    ASSERT_EQ(Sh("nft flush ruleset").exit_code, 0);
    ASSERT_EQ(Sh(kFilter).exit_code, 0);
    EXPECT_EQ(Sh("natplan remove --force --table filter").exit_code, 0);
    EXPECT_EQ(Ruleset(), "");
  });
}

TEST(ForeignTableTest, ATableOfTheOriginsLayoutNeedsNoForce) {
  RunInNamespaceOrSkip([] {
    const std::string of = " --table io.systemd.nat";
    ASSERT_EQ(Sh("natplan apply examples/stopped.toml" + of).exit_code, 0);
    ASSERT_EQ(Sh("nft add set ip io.systemd.nat theirs '{ type ipv4_addr; }'").exit_code, 0);
    const Ran applied = Sh("natplan apply examples/stopped.toml --exclusive" + of);
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.out, HasSubstr("delete set ip io.systemd.nat theirs"));
    EXPECT_EQ(Sh("natplan remove" + of).exit_code, 0);
    EXPECT_EQ(Ruleset(), "");
  });
}

TEST(ForeignTableTest, ForceGoesWithExclusive) {
  const Ran ran = Sh("natplan apply examples/stopped.toml --force");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.err, HasSubstr("--exclusive"));
}

}  // namespace
}  // namespace natplan::testing
