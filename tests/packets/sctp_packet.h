// SCTP packets with one chunk (RFC 9260), as bytes and as what they mean: enough to begin an association by
// hand, since the kernel may have no SCTP of its own.
#ifndef NATPLAN_TESTS_PACKETS_SCTP_PACKET_H_
#define NATPLAN_TESTS_PACKETS_SCTP_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace natplan::packets {

enum class SctpChunk : std::uint8_t { kInit = 1, kInitAck = 2 };

struct SctpPacket {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  // The initiate tag that the receiver chose; 0 in an INIT, whose sender cannot know one.
  std::uint32_t verification_tag = 0;
  SctpChunk chunk = SctpChunk::kInit;
  std::uint32_t initiate_tag = 0;  // the tag that the sender wants to see from now on

  friend bool operator==(const SctpPacket&, const SctpPacket&) = default;
};

std::string ToString(const SctpPacket& packet);

// CRC32c (RFC 9260, appendix A): of "123456789" it is 0xe3069283.
std::uint32_t Crc32c(std::span<const std::byte> bytes);

std::vector<std::byte> ToBytes(const SctpPacket& packet);
// None if the bytes are no INIT or INIT ACK, or if the checksum is wrong.
std::optional<SctpPacket> ParseSctp(std::span<const std::byte> bytes);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_SCTP_PACKET_H_
