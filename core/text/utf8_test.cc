#include "core/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace natplan {
namespace {

TEST(Utf8Test, ReadsOneCharacterOfEachLength) {
  const auto is = [](std::string_view text, std::size_t length, char32_t code) {
    const Utf8Character first = FirstCharacter(text);
    EXPECT_EQ(first.length, length);
    EXPECT_EQ(first.code, code);
  };
  is("ab", 1, U'a');
  is(std::string_view("\0", 1), 1, 0);
  is("\u00fcx", 2, U'\u00fc');
  is("\u20ac", 3, U'\u20ac');
  is("\U0001f600", 4, U'\U0001f600');
  is("\xf4\x8f\xbf\xbf", 4, 0x10ffff);
}

TEST(Utf8Test, WhatIsNotUtf8HasNoLength) {
  for (const char* text : {"\xff", "\x80",                  // a continuation without a start
                           "\xc3", "\xe2\x82", "\xc3\x28",  // cut off
                           "\xc0\xaf", "\xe0\x80\x80",      // longer than need be
                           "\xed\xa0\x80",                  // a surrogate
                           "\xf4\x90\x80\x80",              // beyond Unicode
                           "\xf8\x88\x80\x80\x80"})         // five bytes
    EXPECT_EQ(FirstCharacter(text).length, 0U) << text;
}

}  // namespace
}  // namespace natplan
