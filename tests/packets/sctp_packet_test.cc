#include "tests/packets/sctp_packet.h"

#include <string_view>

#include "gtest/gtest.h"

namespace natplan::packets {
namespace {

constexpr SctpPacket kInit = {.source_port = 40000,
                              .destination_port = 2222,
                              .verification_tag = 0,
                              .chunk = SctpChunk::kInit,
                              .initiate_tag = 0x01020304};

TEST(SctpPacketTest, TheChecksumIsTheStandardsOne) {
  constexpr std::string_view kDigits = "123456789";
  EXPECT_EQ(Crc32c(std::as_bytes(std::span(kDigits))), 0xe3069283);
}

TEST(SctpPacketTest, APacketIsReadBackFromItsBytes) {
  SctpPacket packet = kInit;
  EXPECT_EQ(ParseSctp(ToBytes(packet)), packet);
  packet = {.source_port = 22,
            .destination_port = 40000,
            .verification_tag = 0xfffefdfc,
            .chunk = SctpChunk::kInitAck,
            .initiate_tag = 5};
  EXPECT_EQ(ParseSctp(ToBytes(packet)), packet);
}

TEST(SctpPacketTest, AChangedByteAnywhereIsNoPacket) {
  for (std::size_t i = 0; i < ToBytes(kInit).size(); ++i) {
    std::vector<std::byte> bytes = ToBytes(kInit);
    bytes[i] ^= std::byte{0x10};
    EXPECT_EQ(ParseSctp(bytes), std::nullopt) << "byte " << i;
  }
}

TEST(SctpPacketTest, WhatIsTooShortIsNoPacket) {
  const std::vector<std::byte> bytes = ToBytes(kInit);
  EXPECT_EQ(ParseSctp(std::span(bytes).first(bytes.size() - 1)), std::nullopt);
  EXPECT_EQ(ParseSctp({}), std::nullopt);
}

}  // namespace
}  // namespace natplan::packets
