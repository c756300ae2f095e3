#include "core/text/element_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "core/values/address.h"

namespace natplan {
namespace {

ElementKey Key(const char* address) { return ElementKey(Address::Parse(address).value().bytes()); }

std::string Range(const char* first, const char* end) {
  return RangeText(Key(first).span(), *end == 0 ? std::span<const std::uint8_t>() : Key(end).span());
}

TEST(RangeTextTest, APrefixIsPrintedAsOne) {
  EXPECT_EQ(Range("10.0.0.0", "11.0.0.0"), "10.0.0.0/8");
  EXPECT_EQ(Range("10.1.2.3", "10.1.2.4"), "10.1.2.3");
  EXPECT_EQ(Range("0.0.0.0", "128.0.0.0"), "0.0.0.0/1");
  EXPECT_EQ(Range("10.0.0.2", "10.0.0.4"), "10.0.0.2/31");
  EXPECT_EQ(Range("fd00::", "fe00::"), "fd00::/8");
  EXPECT_EQ(Range("2001:db8:ff:ffff::", "2001:db8:100::"), "2001:db8:ff:ffff::/64");
}

TEST(RangeTextTest, ARangeThatIsNoPrefixIsPrintedWithItsLastAddress) {
  EXPECT_EQ(Range("10.0.0.1", "10.0.0.3"), "10.0.0.1-10.0.0.2");
  EXPECT_EQ(Range("10.0.0.0", "10.1.1.0"), "10.0.0.0-10.1.0.255");
  EXPECT_EQ(Range("10.0.0.0", "10.0.0.3"), "10.0.0.0-10.0.0.2");
  EXPECT_EQ(Range("fd00::", "fd01:1::"), "fd00::-fd01:0:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(RangeTextTest, AtTheTopOfTheAddressSpaceThereIsNoEnd) {
  EXPECT_EQ(Range("240.0.0.0", ""), "240.0.0.0/4");
  EXPECT_EQ(Range("255.255.255.255", ""), "255.255.255.255");
  EXPECT_EQ(Range("0.0.0.0", ""), "0.0.0.0/0");
  EXPECT_EQ(Range("10.0.0.0", ""), "10.0.0.0-255.255.255.255");
  EXPECT_EQ(Range("ff00::", ""), "ff00::/8");
  EXPECT_EQ(Range("fd00::", ""), "fd00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(TypeTextTest, TypesHaveNftsNames) {
  EXPECT_EQ(TypeText(7), "ipv4_addr");
  EXPECT_EQ(TypeText(8), "ipv6_addr");
  EXPECT_EQ(TypeText(12 << 6 | 13), "inet_proto . inet_service");
  EXPECT_EQ(TypeText(8 << 6 | 13), "ipv6_addr . inet_service");
  EXPECT_EQ(TypeText(1 << 6 | 13), "type 77");
  EXPECT_EQ(TypeText(0), "type 0");
  EXPECT_EQ(TypeText(0xffffff00U), "type 4294967040");
}

TEST(TypeTextTest, AConcatenationHasAsManyTypesAsItHas) {
  EXPECT_EQ(TypeText(7 << 18 | 13 << 12 | 19 << 6 | 19), "ipv4_addr . inet_service . mark . mark");
  EXPECT_EQ(TypeText(8 << 18 | 13 << 12 | 19 << 6 | 19), "ipv6_addr . inet_service . mark . mark");
}

// An address, a port and two marks, each as the machine has it.
ElementKey LedgerKey(const char* address, std::uint8_t length, std::uint32_t high, std::uint32_t low) {
  const Address network = Address::Parse(address).value();
  std::vector<std::uint8_t> key(network.bytes().begin(), network.bytes().end());
  key.insert(key.end(), {0, length, 0, 0});
  key.resize(key.size() + 8);
  std::memcpy(key.data() + key.size() - 8, &high, sizeof(high));
  std::memcpy(key.data() + key.size() - 4, &low, sizeof(low));
  return ElementKey(key);
}

TEST(ElementTextTest, MarksAreEightHexadecimalDigits) {
  const SetShape shape4{.key_type = 7 << 18 | 13 << 12 | 19 << 6 | 19, .key_length = 16};
  EXPECT_EQ(
      ElementText(shape4, {.key = LedgerKey("10.0.0.0", 8, 0x11223344, 0x00667788), .comment = "default"}),
      "10.0.0.0 . 8 . 0x11223344 . 0x00667788 comment \"default\"");
  const SetShape shape6{.key_type = 8 << 18 | 13 << 12 | 19 << 6 | 19, .key_length = 28};
  EXPECT_EQ(ElementText(shape6, {.key = LedgerKey("fd00::", 64, 1, 0xffffffff), .comment = "web"}),
            "fd00:: . 64 . 0x00000001 . 0xffffffff comment \"web\"");
}

TEST(ElementTextTest, ARangeWhoseEndIsLongerThanItsStartStandsInHex) {
  const SetShape shape{.interval = true, .key_type = 7, .key_length = 4};
  const ElementKey end(std::vector<std::uint8_t>(32, 0xab));
  std::string expected = "0x0a000001-0x";
  for (int i = 0; i < 32; ++i) expected += "ab";
  EXPECT_EQ(ElementText(shape, {.kind = ElementKind::kRange, .key = Key("10.0.0.1"), .end = end}), expected);
}

TEST(ElementWriterTest, EachElementHasItsOwnComment) {
  ElementWriter writer({.key_type = 7, .key_length = 4});
  std::string out;
  for (const char* comment : {"web", "web", "", "dns"}) {
    writer.Append({.key = Key("10.0.0.1"), .comment = comment}, out);
    out += "; ";
  }
  EXPECT_EQ(out, "10.0.0.1 comment \"web\"; 10.0.0.1 comment \"web\"; 10.0.0.1; 10.0.0.1 comment \"dns\"; ");
}

// The most that there is room for: six components, and 32 bytes of none that natplan writes.
TEST(ElementWriterTest, TheLongestValuesStandWhole) {
  ElementWriter marks({.key_type = 19 << 24 | 19 << 18 | 19 << 12 | 19 << 6 | 19, .key_length = 20});
  std::string out;
  marks.Append({.key = ElementKey(std::vector<std::uint8_t>(20, 0xff))}, out);
  EXPECT_EQ(out, "0xffffffff . 0xffffffff . 0xffffffff . 0xffffffff . 0xffffffff");
  const ElementKey top(std::vector<std::uint8_t>(32, 0xff));
  const std::string address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  EXPECT_EQ(ElementText({.key_type = 8 << 6 | 8, .key_length = 32}, {.key = top}), address + " . " + address);
  std::string hex = "0x";
  for (int i = 0; i < 32; ++i) hex += "ff";
  EXPECT_EQ(ElementText({.key_type = 99, .key_length = 32}, {.key = top}), hex);
}

TEST(ElementTextTest, BytesOfATypeThatNatplanDoesNotWriteStandInHex) {
  EXPECT_EQ(ElementText({.key_type = 99, .key_length = 2}, {.key = {0x12, 0xab}}), "0x12ab");
  // Shorter than its type says.
  EXPECT_EQ(ElementText({.key_type = 7, .key_length = 4}, {.key = {1, 2}}), "0x0102");
  EXPECT_EQ(ElementText({.is_map = true, .key_type = 13, .data_type = 99}, {.key = {0, 80}, .data = {1}}),
            "80 : 0x01");
  EXPECT_EQ(ElementText({.interval = true, .key_type = 13},
                        {.kind = ElementKind::kRange, .key = {0, 80}, .end = {0, 90}, .comment = "web"}),
            "0x0050-0x005a comment \"web\"");
}

TEST(ElementTextTest, AProtocolWithoutANameIsANumber) {
  const SetShape shape{.key_type = 12 << 6 | 13};
  EXPECT_EQ(ElementText(shape, {.key = {132, 0, 0, 0, 0xff, 0xff, 0, 0}}), "sctp . 65535");
  EXPECT_EQ(ElementText(shape, {.key = {200, 0, 0, 0, 0, 1, 0, 0}}), "200 . 1");
}

TEST(ElementTextTest, NodesOfAnIntervalSetAreTold) {
  const SetShape shape{.interval = true, .key_type = 7, .key_length = 4};
  EXPECT_EQ(ElementText(shape, {.kind = ElementKind::kEnd, .key = Key("10.0.1.0")}), "interval end 10.0.1.0");
  EXPECT_EQ(ElementText(shape, {.kind = ElementKind::kStart, .key = Key("10.0.1.0")}),
            "10.0.1.0-255.255.255.255");
}

}  // namespace
}  // namespace natplan
