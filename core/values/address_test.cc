#include "core/values/address.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

TEST(AddressTest, BothFamiliesAreParsedAndPrintedAsInetNtopDoes) {
  EXPECT_EQ(Address::Parse("192.0.2.1").value().ToString(), "192.0.2.1");
  EXPECT_EQ(Address::Parse("255.255.255.255").value().ToString(), "255.255.255.255");
  EXPECT_EQ(Address::Parse("2001:DB8:0:0::1").value().ToString(), "2001:db8::1");
  EXPECT_EQ(Address::Parse("::").value().ToString(), "::");
  EXPECT_EQ(Address::Parse("::ffff:1.2.3.4").value().family(), Family::kIp6);
}

TEST(AddressTest, TheBytesAreInNetworkOrderAndAsManyAsTheFamilyHas) {
  const Address v4 = Address::Parse("1.2.3.4").value();
  EXPECT_EQ(v4.bytes().size(), 4U);
  EXPECT_EQ(v4.bytes()[0], 1);
  EXPECT_EQ(v4.bytes()[3], 4);
  EXPECT_EQ(Address::Parse("fd00::5").value().bytes().size(), 16U);
}

TEST(AddressTest, WhatIsNotAnAddressIsRefusedWithItsText) {
  for (const char* text : {"", " 1.2.3.4", "1.2.3.4 ", "1.2.3", "1.2.3.256", "1.2.3.4.5", "0x1.2.3.4",
                           "localhost", "fd00::5::1", "12345::", ":", "1.2.3.4/24"}) {
    const auto address = Address::Parse(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_NE(address.error().find(text), std::string::npos) << address.error();
  }
  EXPECT_FALSE(Address::Parse(std::string_view("1.2.3.4\0", 8)).has_value());
}

TEST(AddressTest, AScopeIdIsRefusedByName) {
  const auto address = Address::Parse("fe80::1%eth0");
  ASSERT_FALSE(address.has_value());
  EXPECT_NE(address.error().find("scope id"), std::string::npos);
  EXPECT_NE(address.error().find("%eth0"), std::string::npos);
}

TEST(AddressTest, TheOrderIsByFamilyAndThenNumeric) {
  const auto at = [](const char* text) { return Address::Parse(text).value(); };
  EXPECT_LT(at("9.0.0.0"), at("10.0.0.0"));
  EXPECT_LT(at("10.0.0.255"), at("10.0.1.0"));
  EXPECT_LT(at("255.255.255.255"), at("::"));
  EXPECT_LT(at("fd00::"), at("fd00::1"));
}

}  // namespace
}  // namespace natplan
