// One message of a program, as it stands in its datagram, with who sent it.
#ifndef NATPLAN_KERNEL_SIM_REQUEST_H_
#define NATPLAN_KERNEL_SIM_REQUEST_H_

#include <cstdint>
#include <optional>
#include <span>

#include "kernel_sim/attributes.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/socket_options.h"

namespace natplan::kernel_sim {

// A view of one netlink message. `bytes` is the message without padding, at least a header long.
struct MessageView {
  nlmsghdr header = {};
  std::span<const std::uint8_t> bytes;

  std::span<const std::uint8_t> payload() const { return bytes.subspan(NLMSG_HDRLEN); }
  std::uint8_t number() const { return static_cast<std::uint8_t>(header.nlmsg_type & 0xff); }
  std::uint8_t subsystem() const { return static_cast<std::uint8_t>(header.nlmsg_type >> 8); }
};

// The first message in `rest`, or nothing if there is no complete one.
std::optional<MessageView> FirstMessage(std::span<const std::uint8_t> rest);
// What follows it, 4-aligned.
std::span<const std::uint8_t> AfterMessage(std::span<const std::uint8_t> rest, const MessageView& message);

struct Sender {
  std::uint32_t port = 0;
  Process process;
};

// What a message's handler gets: its attributes by number, and the place for an extended ack.
struct Request {
  MessageView message;
  std::uint8_t family = 0;
  std::span<const Attribute> attributes;
  const Sender* sender = nullptr;
  ExtAck* extack = nullptr;

  const Attribute& operator[](std::size_t number) const { return attributes[number]; }
  std::uint16_t flags() const { return message.header.nlmsg_flags; }
  std::uint32_t sequence() const { return message.header.nlmsg_seq; }
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_REQUEST_H_
