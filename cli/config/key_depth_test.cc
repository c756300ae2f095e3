#include "cli/config/key_depth.h"

#include <string>

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

std::string Repeat(const std::string& part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

TEST(KeyDepthTest, AKeyMayHaveAsManyDotsAsTheLimitSays) {
  for (const std::string part : {"a.", "\"a\".", "'=' . ", "\"\\\"=\".", "\"\"."}) {
    for (const auto& [before, behind] : {std::pair<std::string, std::string>{"", "a = 1\n"},
                                         {"b = 1\n", "a = 1\n"},
                                         {"[", "a]\n"},
                                         {"[[", "a]]\n"},
                                         {"b = { ", "a = 1 }\n"},
                                         {"b = { c = 1, ", "a = 1 }\n"},
                                         {"", ""}}) {
      const std::string most = before + Repeat(part, kMostKeyDots) + behind;
      EXPECT_EQ(FindTooDeepKey(most), std::nullopt) << most;
      const std::string more = before + Repeat(part, kMostKeyDots + 1) + behind;
      EXPECT_EQ(FindTooDeepKey(more), before.size() + Repeat(part, kMostKeyDots + 1).rfind('.')) << more;
    }
  }
}

TEST(KeyDepthTest, DotsThatMakeNoKeyDeeperDoNotCount) {
  const std::string dots(100, '.');
  for (const std::string& text :
       {"# " + dots, "a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\\\"" + dots + "\"",
        "a = \"\"\"\n\"" + dots + "\n\"\"\"", "a = '''\n'" + dots + "'''", "\"" + dots + "\" = 1",
        "a = [" + Repeat("1.5, ", 100) + "]", Repeat("a.b = 1.5\n", 100),
        "a = [" + Repeat("{ b.c = 1 }, ", 100) + "]"}) {
    EXPECT_EQ(FindTooDeepKey(text), std::nullopt) << text;
    EXPECT_NE(FindTooDeepKey(text + "\n" + dots), std::nullopt)
        << "what stands behind counts again: " << text;
  }
}

TEST(KeyDepthTest, AStringThatDoesNotEndEndsWithItsLineOrTheFile) {
  const std::string dots(100, '.');
  EXPECT_EQ(FindTooDeepKey("\"" + dots), std::nullopt);
  EXPECT_NE(FindTooDeepKey("\"\n" + dots), std::nullopt);
  EXPECT_EQ(FindTooDeepKey("'''\n" + dots), std::nullopt);
  EXPECT_EQ(FindTooDeepKey("\"\\"), std::nullopt);
  EXPECT_EQ(FindTooDeepKey(""), std::nullopt);
}

}  // namespace
}  // namespace natplan::cli
