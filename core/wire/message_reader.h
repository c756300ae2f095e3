// Takes netlink messages and attributes apart without reading a byte beyond what it was given, whatever the
// bytes are.
#ifndef NATPLAN_CORE_WIRE_MESSAGE_READER_H_
#define NATPLAN_CORE_WIRE_MESSAGE_READER_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace natplan::wire {

using Bytes = std::span<const std::uint8_t>;

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
// `rest` is not empty.
std::optional<Attribute> NextAttribute(Bytes& rest);

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

std::uint16_t HostU16(Bytes bytes);  // `bytes` must have 2
std::uint32_t HostU32(Bytes bytes);  // `bytes` must have 4
std::uint32_t BigEndianU32(Bytes bytes);
std::uint64_t BigEndianU64(Bytes bytes);
std::string_view StringIn(Bytes bytes);

// A negative status of the kernel as an errno(3); 0 for success.
int ErrnoOfStatus(std::uint32_t status);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_MESSAGE_READER_H_
