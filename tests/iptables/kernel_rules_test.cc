// What the running kernel says of iptables-legacy's tables, beside what its program made there.
#include "backends/iptables/kernel_rules.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

const std::string kQuiet = " >/dev/null 2>&1";

class KernelRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("XTABLES_LOCKFILE", (::testing::TempDir() + "xtables.lock").c_str(), 1);
    const std::string probe = "unshare -Urn sh -c 'iptables-legacy -t nat -L && ip6tables-legacy -t nat -L'";
    if (std::system((probe + kQuiet).c_str()) == 0) return;
    std::cout << "SKIPPED[no-legacy-iptables]: no program, or no nat table in the kernel\n" << std::flush;
    GTEST_SKIP() << "SKIPPED[no-legacy-iptables]";
  }

  static void Iptables(Family family, const std::string& arguments) {
    const std::string program = family == Family::kIp ? "iptables-legacy " : "ip6tables-legacy ";
    ASSERT_EQ(std::system((program + arguments + kQuiet).c_str()), 0) << program << arguments;
  }
};

TEST_F(KernelRulesTest, ALegacyTableOfEmptyChainsHasNoRules) {
  RunInNamespaceOrSkip([] {
    for (const Family family : kFamilies) {
      SCOPED_TRACE(Name(family));
      EXPECT_EQ(LegacyHasRules(family, "nat"), false);
      EXPECT_EQ(LegacyHasTable(family, "nat"), false) << "asking makes none";
      Iptables(family, "-t nat -L");
      EXPECT_EQ(LegacyHasTable(family, "nat"), true);
      EXPECT_EQ(LegacyHasRules(family, "nat"), false);
      EXPECT_EQ(LegacyHasTable(family, "filter"), false);
      for (const std::string rule : {"POSTROUTING -j RETURN", "OUTPUT -j RETURN", "PREROUTING -j RETURN"}) {
        Iptables(family, "-t nat -A " + rule);
        EXPECT_EQ(LegacyHasRules(family, "nat"), true) << rule;
        Iptables(family, "-t nat -D " + rule);
        EXPECT_EQ(LegacyHasRules(family, "nat"), false) << rule;
      }
      Iptables(family, "-t nat -N other");
      EXPECT_EQ(LegacyHasRules(family, "nat"), true) << "a chain of its own";
    }
  });
}

TEST_F(KernelRulesTest, WithoutPermissionNothingIsSaidOfATableThatIsThere) {
  RunInNamespaceOrSkip([] {
    Iptables(Family::kIp, "-t nat -A OUTPUT -j RETURN");
    DropCapabilities();
    const auto has = LegacyHasRules(Family::kIp, "nat");
    ASSERT_FALSE(has);
    EXPECT_EQ(has.error().code, ErrorCode::kNotPermitted);
  });
}

}  // namespace
}  // namespace natplan::testing
