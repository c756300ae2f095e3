#include "cli/config/ascii.h"

#include <gtest/gtest.h>

namespace natplan::cli {
namespace {

TEST(ToAscii, LeavesAsciiAndCountsEachOtherCharacterOnce) {
  EXPECT_EQ(ToAscii("a = 1\n"), "a = 1\n");
  EXPECT_EQ(ToAscii("# \u00fcber \u20ac \U0001f600!"), "# ?ber ? ?!");
  EXPECT_EQ(ToAscii("\u0488u["), "?u[");
  EXPECT_EQ(ToAscii(""), "");
}

TEST(ToAscii, DropsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(ToAscii("\xef\xbb\xbf"
                    "a"),
            "a");
  EXPECT_EQ(ToAscii("a\xef\xbb\xbf"), "a?");
}

TEST(ToAscii, NamesTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(ToAscii("ab\xff").error(), 2U);
  EXPECT_EQ(ToAscii("\x80").error(), 0U);                  // a continuation without a start
  EXPECT_EQ(ToAscii("a\xc3").error(), 1U);                 // cut off
  EXPECT_EQ(ToAscii("\xc0\xaf").error(), 0U);              // longer than need be
  EXPECT_EQ(ToAscii("\xed\xa0\x80").error(), 0U);          // a surrogate
  EXPECT_EQ(ToAscii("\xf4\x90\x80\x80").error(), 0U);      // beyond Unicode
  EXPECT_EQ(ToAscii("\xf8\x88\x80\x80\x80").error(), 0U);  // five bytes
}

}  // namespace
}  // namespace natplan::cli
