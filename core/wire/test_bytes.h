// Netlink messages written out by hand for tests, apart from MessageWriter.
#ifndef NATPLAN_CORE_WIRE_TEST_BYTES_H_
#define NATPLAN_CORE_WIRE_TEST_BYTES_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace natplan::wire {

using ByteString = std::vector<std::uint8_t>;

inline ByteString Join(std::initializer_list<ByteString> parts) {
  ByteString joined;
  for (const ByteString& part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

template <typename Number>
ByteString Host(Number number) {
  ByteString bytes(sizeof(number));
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

inline ByteString Be32(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

inline ByteString Be64(std::uint64_t number) {
  return Join({Be32(static_cast<std::uint32_t>(number >> 32)), Be32(static_cast<std::uint32_t>(number))});
}

// With its NUL.
inline ByteString Text(const std::string& text) {
  ByteString bytes(text.begin(), text.end());
  bytes.push_back(0);
  return bytes;
}

// With its padding.
inline ByteString Attr(std::uint16_t type, const ByteString& payload) {
  ByteString bytes = Join({Host(static_cast<std::uint16_t>(payload.size() + 4)), Host(type), payload});
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

// With NLA_F_NESTED.
inline ByteString Nest(std::uint16_t type, std::initializer_list<ByteString> parts) {
  return Attr(type | 0x8000, Join(parts));
}

// nlmsghdr and payload.
inline ByteString Netlink(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                          const ByteString& payload) {
  return Join({Host(static_cast<std::uint32_t>(payload.size() + 16)), Host(type), Host(flags), Host(sequence),
               Host(std::uint32_t{0}), payload});
}

// nlmsghdr, nfgenmsg and attributes of a message of nf_tables.
inline ByteString Nft(std::uint8_t message, std::uint16_t flags, std::uint32_t sequence,
                      std::uint8_t protocol, std::initializer_list<ByteString> attributes) {
  return Netlink(static_cast<std::uint16_t>(10 << 8 | message), flags, sequence,
                 Join({{protocol, 0, 0, 0}, Join(attributes)}));
}

// The kernel's answer with the header alone of the message that it answers (NETLINK_CAP_ACK). `extended` are
// the attributes of an extended acknowledgement.
inline ByteString Ack(std::uint32_t sequence, int errno_value, const ByteString& extended = {}) {
  const auto flags = static_cast<std::uint16_t>(extended.empty() ? 0x100 : 0x300);
  return Netlink(2, flags, sequence,
                 Join({Host(std::int32_t{-errno_value}), Netlink(0x0a00, 0, sequence, {}), extended}));
}

inline ByteString OffsetAttr(std::size_t offset) { return Attr(2, Host(static_cast<std::uint32_t>(offset))); }

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_TEST_BYTES_H_
