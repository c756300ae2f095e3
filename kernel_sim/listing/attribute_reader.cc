#include "kernel_sim/listing/attribute_reader.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

namespace natplan::kernel_sim::listing {
namespace {

constexpr std::size_t kAlignment = 4;

std::size_t Aligned(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

// The header at the start of `bytes`, which must be long enough.
template <typename Header>
Header ReadHeader(ByteView bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

std::uint64_t BigEndian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

std::vector<Message> ReadMessages(ByteView datagram, Fault& fault) {
  std::vector<Message> messages;
  while (!datagram.empty()) {
    if (datagram.size() < sizeof(nlmsghdr)) {
      fault.Say("a datagram ends inside a message header");
      break;
    }
    const auto header = ReadHeader<nlmsghdr>(datagram);
    if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > datagram.size()) {
      fault.Say("a message's length does not fit its datagram");
      break;
    }
    Message message{.type = header.nlmsg_type, .flags = header.nlmsg_flags, .family = 0, .attributes = {}};
    const ByteView payload = datagram.subspan(sizeof(nlmsghdr), header.nlmsg_len - sizeof(nlmsghdr));
    if (message.type >= NLMSG_MIN_TYPE) {
      if (payload.size() < sizeof(nfgenmsg)) {
        fault.Say("a message ends inside its nfgenmsg");
        break;
      }
      message.family = ReadHeader<nfgenmsg>(payload).nfgen_family;
      message.attributes = payload.subspan(sizeof(nfgenmsg));
    }
    messages.push_back(message);
    datagram = datagram.subspan(std::min(Aligned(header.nlmsg_len), datagram.size()));
  }
  return messages;
}

Attributes::Attributes(ByteView bytes, Fault& fault) : fault_(&fault) {
  while (!bytes.empty()) {
    if (bytes.size() < sizeof(nlattr)) {
      fault.Say("attributes end inside an attribute's header");
      return;
    }
    const auto header = ReadHeader<nlattr>(bytes);
    if (header.nla_len < sizeof(nlattr) || header.nla_len > bytes.size()) {
      fault.Say("an attribute's length does not fit its surroundings");
      return;
    }
    items_.push_back({.type = static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                      .payload = bytes.subspan(sizeof(nlattr), header.nla_len - sizeof(nlattr))});
    bytes = bytes.subspan(std::min(Aligned(header.nla_len), bytes.size()));
  }
}

const Attributes::Item* Attributes::Find(std::uint16_t type) const {
  const auto found =
      std::find_if(items_.rbegin(), items_.rend(), [type](const Item& item) { return item.type == type; });
  return found == items_.rend() ? nullptr : &*found;
}

ByteView Attributes::Raw(std::uint16_t type) const {
  const Item* item = Find(type);
  return item == nullptr ? ByteView() : item->payload;
}

Attributes Attributes::Nested(std::uint16_t type) const { return Attributes(Raw(type), *fault_); }

std::string Attributes::String(std::uint16_t type) const {
  const ByteView raw = Raw(type);
  return std::string(raw.begin(), std::find(raw.begin(), raw.end(), 0));
}

std::optional<std::uint32_t> Attributes::U32(std::uint16_t type) const {
  const Item* item = Find(type);
  if (item == nullptr) return std::nullopt;
  if (item->payload.size() < sizeof(std::uint32_t)) {
    fault_->Say("an attribute is too short for its 32-bit number");
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(BigEndian(item->payload.first(sizeof(std::uint32_t))));
}

std::optional<std::uint64_t> Attributes::U64(std::uint16_t type) const {
  const Item* item = Find(type);
  if (item == nullptr) return std::nullopt;
  if (item->payload.size() < sizeof(std::uint64_t)) {
    fault_->Say("an attribute is too short for its 64-bit number");
    return std::nullopt;
  }
  return BigEndian(item->payload.first(sizeof(std::uint64_t)));
}

}  // namespace natplan::kernel_sim::listing
