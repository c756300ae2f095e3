#include "core/values/port.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

TEST(PortTest, OneTo65535ArePorts) {
  EXPECT_EQ(Port::Make(1).value().number(), 1);
  EXPECT_EQ(Port::Make(65535).value().number(), 65535);
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{65536}, std::int64_t{-1}, std::int64_t{65537}, INT64_MIN, INT64_MAX}) {
    const auto port = Port::Make(number);
    ASSERT_FALSE(port.has_value()) << number;
    EXPECT_NE(port.error().find(std::to_string(number)), std::string::npos);
  }
}

TEST(PortTest, TcpUdpAndSctpAreProtocolsAndKeepTheirNumbers) {
  EXPECT_EQ(ParseProtocol("tcp").value(), Protocol::kTcp);
  EXPECT_EQ(ParseProtocol("udp").value(), Protocol::kUdp);
  EXPECT_EQ(ParseProtocol("sctp").value(), Protocol::kSctp);
  EXPECT_EQ(static_cast<int>(Protocol::kTcp), 6);
  EXPECT_EQ(static_cast<int>(Protocol::kUdp), 17);
  EXPECT_EQ(static_cast<int>(Protocol::kSctp), 132);
  for (const char* name : {"", "icmp", "TCP", "tcp ", "6", "dccp"})
    EXPECT_FALSE(ParseProtocol(name).has_value()) << name;
}

TEST(EndpointTest, AnEndpointPrintsAsItIsParsed) {
  for (const char* text : {"192.0.2.1:80", "[2001:db8::1]:80", "192.0.2.1:1", "[::]:65535"}) {
    EXPECT_EQ(Endpoint::Parse(text).value().ToString(), text);
  }
}

TEST(EndpointTest, WhatIsNotAnEndpointIsRefused) {
  for (const char* text : {"",
                           ":",
                           ":80",
                           "80",
                           "192.0.2.1",
                           "192.0.2.1:",
                           "192.0.2.1:0",
                           "192.0.2.1:65536",
                           "192.0.2.1:-1",
                           "192.0.2.1:8o",
                           "192.0.2.1: 80",
                           "192.0.2.1:80 ",
                           "192.0.2.1:+80",
                           "[192.0.2.1]:80",
                           "2001:db8::1:80",
                           "2001:db8::1",
                           "[2001:db8::1]",
                           "[2001:db8::1]80",
                           "[2001:db8::1:80",
                           "[]:80",
                           "[:80",
                           "]:80",
                           "[",
                           "[]",
                           "[2001:db8::1]:",
                           "[2001:db8::1]]:80",
                           "[[2001:db8::1]:80",
                           "[fe80::1%eth0]:80",
                           "host:80",
                           "192.0.2.1:99999999999999999999"}) {
    EXPECT_FALSE(Endpoint::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace natplan
