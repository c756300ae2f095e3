#include "cli/proc_text.h"

#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ProcTextTest, HexadecimalDigitsAreANumberAndNothingElseIs) {
  EXPECT_EQ(ParseHex("F0ffFFFF"), 0xf0ffffffU);
  EXPECT_EQ(ParseHex("000001ffffffffff"), 0x1ffffffffffU);
  for (const std::string text : {"", "0x1", "1 ", " 1", "g", "-1", "10000000000000000"})
    EXPECT_EQ(ParseHex(text), std::nullopt) << text;
}

TEST(ProcTextTest, WordsAreWhatWhiteSpaceDivides) {
  EXPECT_THAT(Words(std::istringstream("  0\t1000  1\n")), ElementsAre("0", "1000", "1"));
  EXPECT_THAT(Words(std::istringstream("")), IsEmpty());
  EXPECT_THAT(Words(std::ifstream("/nonexistent")), IsEmpty());
}

}  // namespace
}  // namespace natplan::cli
