// Reads netlink messages and attributes out of bytes that may be anything.
//
// Errors stick: the first malformed place is written into a Fault that all readers of one datagram share,
// every later answer is harmless (absent, empty, zero), and whoever started looks at the Fault once, at the
// end.
#ifndef NATPLAN_KERNEL_SIM_LISTING_ATTRIBUTE_READER_H_
#define NATPLAN_KERNEL_SIM_LISTING_ATTRIBUTE_READER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace natplan::kernel_sim::listing {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// What was malformed first; empty while nothing was.
struct Fault {
  std::string text;

  void Say(const std::string& what) {
    if (text.empty()) text = what;
  }
};

// One netlink message whose payload starts with an nfgenmsg. Control messages (type below 16) have family 0
// and an empty payload.
struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint8_t family = 0;
  ByteView attributes;
};

// The messages of one datagram. The views point into `datagram`.
std::vector<Message> ReadMessages(ByteView datagram, Fault& fault);

// One level of attributes. The views point into the bytes that it was made from. Integers are big endian.
class Attributes {
 public:
  struct Item {
    std::uint16_t type;
    ByteView payload;
  };

  // `fault` must live as long as this object and its children.
  Attributes(ByteView bytes, Fault& fault);

  // All attributes in their order, for lists, where numbers do not tell the children apart.
  const std::vector<Item>& items() const { return items_; }

  // An attribute that is there twice counts with its last value, as in the kernel.
  bool Has(std::uint16_t type) const { return Find(type) != nullptr; }
  ByteView Raw(std::uint16_t type) const;
  Attributes Nested(std::uint16_t type) const;
  std::string String(std::uint16_t type) const;
  std::optional<std::uint32_t> U32(std::uint16_t type) const;
  std::optional<std::uint64_t> U64(std::uint16_t type) const;

 private:
  const Item* Find(std::uint16_t type) const;

  Fault* fault_;
  std::vector<Item> items_;
};

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_ATTRIBUTE_READER_H_
