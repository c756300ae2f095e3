#include "cli/config/nearest.h"

#include <array>
#include <string>

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

constexpr std::array<std::string_view, 3> kKeys = {"host_port", "protocol", "to"};

TEST(NearestTest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(Nearest("hostport", kKeys), "host_port");
  EXPECT_EQ(Nearest("protokoll", kKeys), "protocol");
  EXPECT_EQ(Nearest("too", kKeys), "to");
}

TEST(NearestTest, TakesTheFirstOfEquallyNearOnes) {
  constexpr std::array<std::string_view, 2> same = {"ab", "ac"};
  EXPECT_EQ(Nearest("ad", same), "ab");
}

TEST(NearestTest, LooksAtTheBeginningOfAVeryLongNameOnly) {
  EXPECT_NO_FATAL_FAILURE((void)Nearest(std::string(1U << 20U, 'x'), kKeys));
}

}  // namespace
}  // namespace natplan::cli
