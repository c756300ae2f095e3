#include "core/values/prefix.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

Prefix P(const char* text) { return Prefix::Parse(text).value(); }

// "first-end" with "top" where nothing lies behind the prefix.
std::string Bounds(const char* text) {
  const Prefix prefix = P(text);
  return prefix.network().ToString() + "-" + (prefix.end() ? prefix.end()->ToString() : "top");
}

TEST(PrefixTest, HostBitsAreCleared) {
  EXPECT_EQ(P("10.1.2.3/24").ToString(), "10.1.2.0/24");
  EXPECT_EQ(P("192.168.202.249/28").network().ToString(), "192.168.202.240");
  EXPECT_EQ(P("255.255.255.255/1").ToString(), "128.0.0.0/1");
  EXPECT_EQ(P("255.255.255.255/0").ToString(), "0.0.0.0/0");
  EXPECT_EQ(P("2001:db8::ffff/127").ToString(), "2001:db8::fffe/127");
}

TEST(PrefixTest, AnAddressAloneIsAPrefixOfFullLengthAndPrintsWithoutOne) {
  EXPECT_EQ(P("10.1.2.3").length(), 32);
  EXPECT_EQ(P("10.1.2.3/32").ToString(), "10.1.2.3");
  EXPECT_EQ(P("fd00::5").length(), 128);
  EXPECT_EQ(P("fd00::5/128").ToString(), "fd00::5");
}

TEST(PrefixTest, TheEndIsTheFirstAddressBehindIt) {
  EXPECT_EQ(Bounds("10.1.2.3/32"), "10.1.2.3-10.1.2.4");
  EXPECT_EQ(Bounds("10.0.2.0/28"), "10.0.2.0-10.0.2.16");
  EXPECT_EQ(Bounds("0.0.0.0/1"), "0.0.0.0-128.0.0.0");
  EXPECT_EQ(Bounds("192.168.202.249/28"), "192.168.202.240-192.168.203.0");
  EXPECT_EQ(Bounds("10.255.255.255"), "10.255.255.255-11.0.0.0");
  EXPECT_EQ(Bounds("172.16.0.0/12"), "172.16.0.0-172.32.0.0");
  EXPECT_EQ(Bounds("fd00::/8"), "fd00::-fe00::");
  EXPECT_EQ(Bounds("2001:db8:ff:ffff::/64"), "2001:db8:ff:ffff::-2001:db8:100::");
  EXPECT_EQ(Bounds("2001:db8::4/63"), "2001:db8::-2001:db8:0:2::");
  EXPECT_EQ(Bounds("2001:db8::5/127"), "2001:db8::4-2001:db8::6");
}

TEST(PrefixTest, AtTheTopOfTheAddressSpaceThereIsNoEnd) {
  for (const char* text : {"240.0.0.0/4", "255.255.255.240/28", "255.255.255.255/32", "0.0.0.0/0", "ff00::/8",
                           "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"}) {
    EXPECT_FALSE(P(text).end().has_value()) << text;
  }
  EXPECT_EQ(P("240.0.0.0/4").last().ToString(), "255.255.255.255");
}

TEST(PrefixTest, ALengthThatTheFamilyDoesNotHaveIsRefused) {
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8x", "10.0.0.0/ 8",
        "10.0.0.0/8/8", "10.0.0.0/99999999999", "fd00::/129", "/8", "", "10.0.0/8", "fe80::1%lo/64"}) {
    EXPECT_FALSE(Prefix::Parse(text).has_value()) << text;
  }
  EXPECT_TRUE(Prefix::Parse("10.0.0.0/32").has_value());
  EXPECT_TRUE(Prefix::Parse("fd00::/128").has_value());
  EXPECT_FALSE(Prefix::Make(P("10.0.0.0").network(), -1).has_value());
}

TEST(PrefixTest, EveryLengthMasksItsPartOfAByte) {
  const Address ones = Address::Parse("255.255.255.255").value();
  for (int length = 0; length <= 32; ++length) {
    const std::uint64_t mask = length == 0 ? 0 : 0xffffffffULL << (32 - length) & 0xffffffffULL;
    std::uint64_t network = 0;
    const Prefix prefix = Prefix::Make(ones, length).value();
    for (const std::uint8_t byte : prefix.network().bytes()) network = network << 8U | byte;
    EXPECT_EQ(network, mask) << length;
    EXPECT_EQ(prefix.last(), ones) << length;
  }
}

TEST(PrefixTest, APrefixContainsWhatLiesInItAndNothingOfTheOtherFamily) {
  EXPECT_TRUE(P("10.0.0.0/8").Contains(P("10.255.0.0/16")));
  EXPECT_TRUE(P("10.0.0.0/8").Contains(P("10.0.0.0/8")));
  EXPECT_FALSE(P("10.0.0.0/16").Contains(P("10.0.0.0/8")));
  EXPECT_FALSE(P("10.0.0.0/9").Contains(P("10.128.0.0/9")));
  EXPECT_TRUE(P("10.0.0.0/16").Overlaps(P("10.0.0.0/8")));
  EXPECT_FALSE(P("10.0.0.0/24").Overlaps(P("10.0.1.0/24")));
  EXPECT_FALSE(P("0.0.0.0/0").Contains(P("::/0")));
  EXPECT_FALSE(P("::/0").Contains(Address::Parse("1.2.3.4").value()));
}

TEST(PrefixTest, APrefixStandsBeforeThoseThatItContains) {
  EXPECT_LT(P("10.0.0.0/8"), P("10.0.0.0/16"));
  EXPECT_LT(P("10.0.0.0/16"), P("10.0.1.0/24"));
  EXPECT_LT(P("255.0.0.0/8"), P("::/0"));
}

}  // namespace
}  // namespace natplan
