#include "tests/packets/sctp_packet.h"

#include <algorithm>
#include <array>
#include <type_traits>

namespace natplan::packets {
namespace {

constexpr std::size_t kHeaderSize = 12;  // ports, verification tag, checksum
constexpr std::size_t kChecksumOffset = 8;
constexpr std::size_t kInitSize = 20;      // the chunk, without parameters
constexpr std::uint16_t kStateCookie = 7;  // the parameter that an INIT ACK must have

template <typename Integer>
void PutBigEndian(std::vector<std::byte>& bytes, std::type_identity_t<Integer> value) {
  for (std::size_t i = sizeof(Integer); i-- > 0;) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

std::uint32_t BigEndian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (const std::byte each : bytes) value = value << 8U | std::to_integer<std::uint32_t>(each);
  return value;
}

// The checksum of a packet whose checksum field is zero, as it stands in that field: least significant byte
// first, unlike all else.
std::array<std::byte, 4> Checksum(std::span<const std::byte> packet) {
  const std::uint32_t crc = Crc32c(packet);
  return {static_cast<std::byte>(crc), static_cast<std::byte>(crc >> 8U), static_cast<std::byte>(crc >> 16U),
          static_cast<std::byte>(crc >> 24U)};
}

}  // namespace

std::string ToString(const SctpPacket& packet) {
  return std::string(packet.chunk == SctpChunk::kInit ? "INIT" : "INIT ACK") + " from port " +
         std::to_string(packet.source_port) + " to port " + std::to_string(packet.destination_port) +
         ", tag " + std::to_string(packet.verification_tag) + ", new tag " +
         std::to_string(packet.initiate_tag);
}

std::uint32_t Crc32c(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;
  std::uint32_t crc = 0xffffffff;
  for (const std::byte each : bytes) {
    crc ^= std::to_integer<std::uint32_t>(each);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ kReversedPolynomial : crc >> 1U;
  }
  return ~crc;
}

std::vector<std::byte> ToBytes(const SctpPacket& packet) {
  std::vector<std::byte> bytes;
  PutBigEndian<std::uint16_t>(bytes, packet.source_port);
  PutBigEndian<std::uint16_t>(bytes, packet.destination_port);
  PutBigEndian<std::uint32_t>(bytes, packet.verification_tag);
  PutBigEndian<std::uint32_t>(bytes, 0);  // checksum, see below
  const bool is_answer = packet.chunk == SctpChunk::kInitAck;
  PutBigEndian<std::uint8_t>(bytes, static_cast<std::uint8_t>(packet.chunk));
  PutBigEndian<std::uint8_t>(bytes, 0);  // flags
  PutBigEndian<std::uint16_t>(bytes, static_cast<std::uint16_t>(kInitSize + (is_answer ? 8 : 0)));
  PutBigEndian<std::uint32_t>(bytes, packet.initiate_tag);
  PutBigEndian<std::uint32_t>(bytes, 65536);                // receiver window
  PutBigEndian<std::uint16_t>(bytes, 1);                    // streams out
  PutBigEndian<std::uint16_t>(bytes, 1);                    // streams in
  PutBigEndian<std::uint32_t>(bytes, packet.initiate_tag);  // first TSN: any number
  if (is_answer) {
    PutBigEndian<std::uint16_t>(bytes, kStateCookie);
    PutBigEndian<std::uint16_t>(bytes, 8);
    PutBigEndian<std::uint32_t>(bytes, packet.initiate_tag);  // the cookie: any bytes
  }
  std::ranges::copy(Checksum(bytes), bytes.begin() + kChecksumOffset);
  return bytes;
}

std::optional<SctpPacket> ParseSctp(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderSize + kInitSize) return std::nullopt;
  const auto chunk = static_cast<SctpChunk>(bytes[kHeaderSize]);
  if (chunk != SctpChunk::kInit && chunk != SctpChunk::kInitAck) return std::nullopt;
  std::vector<std::byte> without_checksum(bytes.begin(), bytes.end());
  std::fill_n(without_checksum.begin() + kChecksumOffset, 4, std::byte{});
  if (!std::ranges::equal(Checksum(without_checksum), bytes.subspan(kChecksumOffset, 4))) return std::nullopt;
  return SctpPacket{.source_port = static_cast<std::uint16_t>(BigEndian(bytes.subspan(0, 2))),
                    .destination_port = static_cast<std::uint16_t>(BigEndian(bytes.subspan(2, 2))),
                    .verification_tag = BigEndian(bytes.subspan(4, 4)),
                    .chunk = chunk,
                    .initiate_tag = BigEndian(bytes.subspan(kHeaderSize + 4, 4))};
}

}  // namespace natplan::packets
