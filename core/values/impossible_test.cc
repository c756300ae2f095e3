#include "core/values/impossible.h"

#include <cerrno>
#include <string>

#include "gtest/gtest.h"

namespace natplan {
namespace {

std::optional<Error> Target(const char* address) {
  const Port port = Port::Make(80).value();
  return WhyImpossible(Forward{Protocol::kTcp, port, {Address::Parse(address).value(), port}});
}

std::optional<Error> Source(const char* prefix, bool by_interface = false) {
  std::optional<InterfaceName> out;
  if (by_interface) out = InterfaceName::Make("eth0").value();
  return WhyImpossible(Masquerade::Make(Prefix::Parse(prefix).value(), out).value());
}

TEST(ImpossibleTest, TargetsToWhichNothingIsSentOn) {
  for (const char* address :
       {"0.0.0.0", "127.0.0.1", "127.255.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.0",
        "255.255.255.254", "255.255.255.255", "::", "::1", "::ffff:192.0.2.1", "::ffff:0:0",
        "fe80::", "fe80::1", "febf::1", "ff02::1", "ffff::"}) {
    const auto error = Target(address);
    ASSERT_TRUE(error) << address;
    EXPECT_EQ(error->code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error->errno_value, EINVAL);
    EXPECT_NE(error->text.find(Address::Parse(address).value().ToString()), std::string::npos) << error->text;
  }
}

TEST(ImpossibleTest, TargetsBesideThose) {
  for (const char* address : {"0.0.0.1", "126.255.255.255", "128.0.0.1", "223.255.255.255", "169.254.1.2",
                              "10.0.0.1", "::2", "::fffe:ffff:ffff", "::1:0:0:0", "fd00::1", "fe7f::1",
                              "fec0::1", "feff::1", "2001:db8::1", "64:ff9b::c000:201"})
    EXPECT_EQ(Target(address), std::nullopt) << address;
}

TEST(ImpossibleTest, SourcesFromWhichNothingIsForwarded) {
  for (const char* prefix : {"0.0.0.0", "127.0.0.0/8", "127.1.0.0/16", "127.0.0.1", "224.0.0.0/4",
                             "239.1.0.0/16", "255.255.255.255", "::", "::1", "::ffff:10.0.0.0/104",
                             "fe80::/10", "fe80::/64", "ff00::/8", "ff02::1"}) {
    EXPECT_TRUE(Source(prefix)) << prefix;
    EXPECT_TRUE(Source(prefix, true)) << prefix << " by an interface";
  }
}

TEST(ImpossibleTest, WiderPrefixesAndOthersStay) {
  for (const char* prefix :
       {"0.0.0.0/1", "0.0.0.0/8", "126.0.0.0/7", "224.0.0.0/3", "240.0.0.0/4", "255.255.255.0/24",
        "169.254.0.0/16", "10.0.0.0/8", "::/8", "::/96", "fe80::/9", "fec0::/10", "fd00::/8"})
    EXPECT_EQ(Source(prefix), std::nullopt) << prefix;
  EXPECT_EQ(Source("0.0.0.0/0", true), std::nullopt);
  EXPECT_EQ(Source("::/0", true), std::nullopt);
}

}  // namespace
}  // namespace natplan
