#include "core/values/intent.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace natplan {
namespace {

Prefix P(const char* text) { return Prefix::Parse(text).value(); }
Port At(int number) { return Port::Make(number).value(); }
Endpoint To(const char* text) { return Endpoint::Parse(text).value(); }

TEST(MasqueradeTest, LengthZeroAndIpv6ShorterThanEightAreRefusedAsTheOriginDoes) {
  for (const char* text : {"0.0.0.0/0", "10.0.0.0/0", "::/0", "fd00::/1", "fd00::/7"}) {
    const auto masquerade = Masquerade::Make(P(text));
    ASSERT_FALSE(masquerade.has_value()) << text;
    EXPECT_EQ(masquerade.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(masquerade.error().errno_value, EINVAL);
  }
}

TEST(MasqueradeTest, EverythingElseIsTaken) {
  for (const char* text : {"0.0.0.0/1", "240.0.0.0/4", "255.255.255.255", "fd00::/8", "ff00::/8",
                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    const auto masquerade = Masquerade::Make(P(text));
    ASSERT_TRUE(masquerade.has_value()) << text;
    EXPECT_EQ(ToString(*masquerade), std::string("masquerade ") + text);
  }
}

TEST(ForwardTest, TheKeyIsTheFamilyOfTheTargetTheProtocolAndTheHostPort) {
  const Forward ip{Protocol::kTcp, At(2222), To("192.0.2.1:22")};
  const Forward ip6{Protocol::kTcp, At(2222), To("[fd00::5]:22")};
  EXPECT_EQ(ToString(ip), "forward tcp port 2222 to 192.0.2.1:22");
  EXPECT_EQ(ToString(ip.key()), "ip tcp port 2222");
  EXPECT_EQ(ToString(ip6.key()), "ip6 tcp port 2222");
  EXPECT_NE(ip.key(), ip6.key());
  EXPECT_NE(ip.key(), (Forward{Protocol::kUdp, At(2222), To("192.0.2.1:22")}.key()));
}

TEST(MasqueradeTest, WithAnInterfaceEveryLengthIsTaken) {
  const InterfaceName eth0 = InterfaceName::Make("eth0").value();
  for (const char* text : {"0.0.0.0/0", "10.0.0.0/8", "::/0", "fc00::/7"}) {
    const auto masquerade = Masquerade::Make(P(text), eth0);
    ASSERT_TRUE(masquerade.has_value()) << text;
    EXPECT_EQ(masquerade->source(), P(text));
    EXPECT_EQ(masquerade->out_interface(), eth0);
    EXPECT_EQ(ToString(*masquerade), std::string("masquerade ") + text + " out eth0");
  }
  EXPECT_NE(Masquerade::Make(P("10.0.0.0/8")).value(), Masquerade::Make(P("10.0.0.0/8"), eth0).value());
}

TEST(ForwardTest, LocalhostIsNoPartOfTheKey) {
  const Forward plain{Protocol::kSctp, At(2222), To("[fd00::5]:22")};
  Forward local = plain;
  local.localhost = true;
  EXPECT_EQ(plain.key(), local.key());
  EXPECT_NE(plain, local);
  EXPECT_EQ(ToString(local), "forward sctp port 2222 to [fd00::5]:22 localhost");
  EXPECT_EQ(FamilyOf(local), Family::kIp6);
}

}  // namespace
}  // namespace natplan
