#include "core/values/number.h"

#include <string_view>

#include "core/values/port.h"
#include "core/values/prefix.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

constexpr std::string_view kNoNumbers[] = {"",     "080",          "00",  "+80",  "-80",
                                           "-0",   " 80",          "80 ", "0x50", "8_0",
                                           "80.0", "\xef\xbc\x98", "8e1", "80\n", "1234567890123456789",
                                           "0b1"};

TEST(NumberTest, DigitsAloneAreANumber) {
  EXPECT_EQ(ParseNumber("0"), 0);
  EXPECT_EQ(ParseNumber("80"), 80);
  EXPECT_EQ(ParseNumber("999999999999999999"), 999999999999999999);
}

TEST(NumberTest, NothingElseIs) {
  for (const std::string_view text : kNoNumbers) EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
}

TEST(NumberTest, PortsAndPrefixLengthsAreReadByTheSameRule) {
  EXPECT_EQ(ParsePort("80").value().number(), 80);
  for (const std::string_view text : kNoNumbers) {
    EXPECT_FALSE(ParsePort(text)) << text;
    EXPECT_FALSE(Endpoint::Parse("192.0.2.1:" + std::string(text))) << text;
    EXPECT_FALSE(Endpoint::Parse("[fd00::1]:" + std::string(text))) << text;
    EXPECT_FALSE(Prefix::Parse("192.0.2.0/" + std::string(text))) << text;
    EXPECT_FALSE(Prefix::Parse("fd00::/" + std::string(text))) << text;
  }
  EXPECT_FALSE(Prefix::Parse("10.0.0.0/08"));
  EXPECT_FALSE(ParsePort("0"));
  EXPECT_FALSE(ParsePort("65536"));
}

}  // namespace
}  // namespace natplan
