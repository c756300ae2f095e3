#include "kernel_sim/attributes.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, 4> kPolicy = {{
    {},
    {AttributeKind::kU32},
    {AttributeKind::kString, 3},
    {AttributeKind::kNested},
}};

using Table = AttributeTable<4>;

int Parse(const std::vector<std::uint8_t>& bytes, Table& out, ExtAck* extack = nullptr) {
  return ParseAttributes(bytes, kPolicy, out.at, extack);
}

TEST(Attributes, TheLastDuplicateWins) {
  Table table;
  const std::vector<std::uint8_t> twice = {8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 1, 0, 0, 0, 0, 2};
  ASSERT_EQ(Parse(twice, table), 0);
  EXPECT_EQ(ReadU32(table[1]), 2U);
}

TEST(Attributes, ALengthBeyondTheEndStopsTheParse) {
  Table table;
  const std::vector<std::uint8_t> cut = {8, 0, 1, 0, 0, 0, 0, 1, 9, 0, 2, 0, 'a'};
  ASSERT_EQ(Parse(cut, table), 0);
  EXPECT_TRUE(table[1]);
  EXPECT_FALSE(table[2]);
}

TEST(Attributes, FlagBitsOfTheTypeAreIgnored) {
  Table table;
  const std::vector<std::uint8_t> flagged = {8, 0, 1, 0xc0, 0, 0, 0, 7};
  ASSERT_EQ(Parse(flagged, table), 0);
  EXPECT_EQ(ReadU32(table[1]), 7U);
}

TEST(Attributes, AShortIntegerIsBlamedWithItsPolicy) {
  Table table;
  ExtAck extack;
  const std::vector<std::uint8_t> bytes = {6, 0, 1, 0, 0, 1, 0, 0};
  EXPECT_EQ(Parse(bytes, table, &extack), ERANGE);
  EXPECT_EQ(extack.bad_attribute, bytes.data());
  EXPECT_TRUE(extack.policy.has_value());
}

TEST(Attributes, AStringMayLackItsNulButNotBeTooLong) {
  Table table;
  const std::vector<std::uint8_t> good = {7, 0, 2, 0, 'a', 'b', 'c', 0};
  EXPECT_EQ(Parse(good, table), 0);
  EXPECT_EQ(ReadString(table[2]), "abc");
  const std::vector<std::uint8_t> bad = {8, 0, 2, 0, 'a', 'b', 'c', 'd'};
  EXPECT_EQ(Parse(bad, table), ERANGE);
}

}  // namespace
}  // namespace natplan::kernel_sim
