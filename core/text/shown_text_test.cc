#include "core/text/shown_text.h"

#include <gtest/gtest.h>

#include <string>

namespace natplan {
namespace {

TEST(ShownTextTest, OrdinaryTextStaysAsItIs) {
  for (const std::string text :
       {"", "web-1 \"a\" \\x1b 'b'", "caf\u00e9 \u65e5\u672c \U0001f600", "e\u0301"}) {
    EXPECT_EQ(ShownText(text), text);
    EXPECT_EQ(ShownLines(text), text);
    EXPECT_EQ(ValidText(text), text);
  }
}

TEST(ShownTextTest, WhatSteersATerminalIsEscaped) {
  EXPECT_EQ(ShownText("a\x1b[31m\a\b\r\n\t\x7f"), "a\\x1b[31m\\x07\\x08\\x0d\\x0a\\x09\\x7f");
  EXPECT_EQ(ShownText(std::string_view("\0x", 2)), "\\x00x");
  EXPECT_EQ(ShownText("\u0085\u009b31m"), "\\u0085\\u009b31m") << "CSI in one character";
}

TEST(ShownTextTest, WhatHidesOrTurnsTextIsEscaped) {
  EXPECT_EQ(ShownText("a\u202eb\u2066c\u2069"), "a\\u202eb\\u2066c\\u2069");
  EXPECT_EQ(ShownText("\u200b\u200e\u2028\u2029\u00ad\ufeff\U000e0041"),
            "\\u200b\\u200e\\u2028\\u2029\\u00ad\\ufeff\\U000e0041");
  EXPECT_EQ(ShownText("\ufffe"), "\\ufffe");
}

TEST(ShownTextTest, BytesThatAreNotUtf8AreEscapedOneByOne) {
  EXPECT_EQ(ShownText("a\xff\xc3 \x9b"), "a\\xff\\xc3 \\x9b");
  EXPECT_EQ(ValidText("a\xff\x1b\n"), "a\\xff\x1b\n");
}

TEST(ShownTextTest, LinesKeepTheirEndsAndTabs) { EXPECT_EQ(ShownLines("a\n\tb\r\x1b"), "a\n\tb\\x0d\\x1b"); }

TEST(ShownTextTest, OneCharacterIsEscapedWhereverItStands) {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, '~');
      text[at] = '\x7f';
      ASSERT_EQ(ShownText(text), std::string(at, '~') + "\\x7f" + std::string(size - at - 1, '~'));
    }
  }
}

TEST(ShownTextTest, WhatIsAppendedStandsBehindWhatWasThere) {
  std::string out = "\x1b[2m";
  AppendShownText("a\x1b", out);
  EXPECT_EQ(out, "\x1b[2ma\\x1b");
}

// Whatever is shown twice is shown as once, and holds nothing that would have to be escaped.
TEST(ShownTextTest, WhatWasEscapedIsNotEscapedAgain) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), '"'};
      const std::string shown = ShownText(text);
      ASSERT_EQ(ShownText(shown), shown) << first << ' ' << second;
      for (const char c : shown) ASSERT_TRUE(static_cast<unsigned char>(c) >= ' ' && c != '\x7f') << shown;
      ASSERT_EQ(ValidText(shown), shown);
    }
  }
}

}  // namespace
}  // namespace natplan
