#include "core/values/owner.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace natplan {
namespace {

TEST(OwnerTest, ANameIsOneTo64PrintableCharactersWithoutQuoteAndBackslash) {
  EXPECT_EQ(Owner::Make("web 1").value().name(), "web 1");
  EXPECT_TRUE(Owner::Make(std::string(64, 'x')).has_value());
  EXPECT_TRUE(Owner::Make(" ~").has_value());
  for (const std::string& name :
       {std::string(), std::string(65, 'x'), std::string("a\"b"), std::string("a\\b"), std::string("a\nb"),
        std::string("\xc3\xa4"), std::string("a\0b", 3), std::string("\x7f"), std::string("\x1f")}) {
    const auto owner = Owner::Make(name);
    ASSERT_FALSE(owner.has_value()) << name;
    EXPECT_EQ(owner.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(owner.error().errno_value, EINVAL);
  }
}

std::string Hex(const OwnerHash& hash) {
  std::string out;
  for (const std::uint8_t byte : hash.bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

// The hash stands in kernels: these numbers never change. They are what sha256sum begins with.
TEST(OwnerTest, TheHashIsTheBeginningOfSha256) {
  EXPECT_EQ(Hex(Owner::Make("abc").value().hash()), "ba7816bf8f01cfea414140de");
  EXPECT_EQ(Hex(Owner::Default().hash()), Hex(Owner::Make("default").value().hash()));
  EXPECT_EQ(Hex(Owner::Default().hash()), "37a8eec1ce19687d132fe290");
}

TEST(OwnerTest, WhoIsRefusedForHisHashIsToldWhoWasThere) {
  const OwnerHasher same = [](std::string_view) { return OwnerHash{}; };
  const Owner a = Owner::Make("first", same).value();
  const Owner b = Owner::Make("second", same).value();
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_NE(a, b);
  const Error error = SameHash(b, a);
  EXPECT_EQ(error.code, ErrorCode::kConflict);
  EXPECT_NE(error.ours.find(b.name()), std::string::npos);
  EXPECT_NE(error.theirs.find(a.name()), std::string::npos);
  EXPECT_NE(error.text.find(a.name()), std::string::npos);
  EXPECT_NE(error.text.find(b.name()), std::string::npos);
}

}  // namespace
}  // namespace natplan
