// Takes netlink messages and attributes apart without reading a byte beyond what it was given, whatever the
// bytes are.
#ifndef NATPLAN_CORE_WIRE_MESSAGE_READER_H_
#define NATPLAN_CORE_WIRE_MESSAGE_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "core/wire/numbers.h"

namespace natplan::wire {

using Bytes = std::span<const std::uint8_t>;

// In host byte order; `bytes` must have 2.
inline std::uint16_t HostU16(Bytes bytes) {
  std::uint16_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

// In host byte order; `bytes` must have 4.
inline std::uint32_t HostU32(Bytes bytes) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

// What is behind an item of `size` bytes and its padding, which may be missing after the last one.
inline Bytes Behind(Bytes bytes, std::size_t size) {
  return bytes.subspan(std::min(Aligned(size), bytes.size()));
}

struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t port = 0;
  Bytes payload = {};  // behind the nlmsghdr
};

// Takes the first message off `rest`. None at the end, and none if what is left is not a message: then `rest`
// is not empty.
std::optional<Message> NextMessage(Bytes& rest);

struct Attribute {
  std::uint16_t type = 0;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  Bytes payload = {};
};

// Takes the first attribute off `rest`. None at the end, and none if what is left is not an attribute: then
// `rest` is not empty. It is defined here because dumps of many elements spend their time in it.
inline std::optional<Attribute> NextAttribute(Bytes& rest) {
  if (rest.size() < kAttributeHeaderSize) return std::nullopt;
  const std::size_t length = HostU16(rest);
  if (length < kAttributeHeaderSize || length > rest.size()) return std::nullopt;
  const Attribute attribute = {.type = static_cast<std::uint16_t>(HostU16(rest.subspan(2)) & NLA_TYPE_MASK),
                               .payload = rest.first(length).subspan(kAttributeHeaderSize)};
  rest = Behind(rest, length);
  return attribute;
}

// The attributes of one nest by number, each of which may be missing. As in the kernel, the last of several
// wins, what is not asked for is passed over, and reading stops where there is no attribute. Each call walks
// through the nest, which holds few attributes.
class AttributeTable {
 public:
  // `bytes` must outlive this.
  explicit AttributeTable(Bytes bytes) : bytes_(bytes) {}

  bool Has(std::uint16_t type) const { return Find(type).has_value(); }
  std::optional<Bytes> Find(std::uint16_t type) const;
  // Big endian; none if it is missing or too short.
  std::optional<std::uint32_t> U32(std::uint16_t type) const;
  std::optional<std::uint64_t> U64(std::uint16_t type) const;
  // Up to a NUL.
  std::optional<std::string_view> String(std::uint16_t type) const;
  // No attribute but these.
  bool HasOnly(std::initializer_list<std::uint16_t> types) const;

 private:
  Bytes bytes_;
};

// Where `rest` begins in `whole`, of which it is a part.
inline std::size_t OffsetIn(Bytes whole, Bytes rest) {
  return static_cast<std::size_t>(rest.data() - whole.data());
}

std::uint32_t BigEndianU32(Bytes bytes);
std::uint64_t BigEndianU64(Bytes bytes);
std::string_view StringIn(Bytes bytes);

// A negative status of the kernel as an errno(3); 0 for success.
int ErrnoOfStatus(std::uint32_t status);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_MESSAGE_READER_H_
