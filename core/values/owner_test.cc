#include "core/values/owner.h"

#include <gtest/gtest.h>

#include <cerrno>

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

// The hash stands in kernels: these numbers never change. The first two are FNV's own test vectors.
TEST(OwnerTest, TheHashIsThatOfFnv) {
  EXPECT_EQ(Owner::Make("a").value().hash(), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(Owner::Make("foobar").value().hash(), 0x85944171f73967e8U);
  EXPECT_EQ(Owner::Default().hash(), 0xebada5168620c5feU);
}

TEST(OwnerTest, TwoNamesOfOneHashAreKnown) {
  const Owner a = Owner::Make("8yn0iYCKYHlIj4-BwPqk").value();
  const Owner b = Owner::Make("GReLUrM4wMqfg9yzV3KQ").value();
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_NE(a, b);
  const Error error = SameHash(a, b);
  EXPECT_EQ(error.code, ErrorCode::kConflict);
  EXPECT_NE(error.ours.find(a.name()), std::string::npos);
  EXPECT_NE(error.theirs.find(b.name()), std::string::npos);
}

}  // namespace
}  // namespace natplan
