// Datagrams as the kernel would answer, for scripted sockets.
#ifndef NATPLAN_BACKENDS_NETLINK_ANSWER_BYTES_H_
#define NATPLAN_BACKENDS_NETLINK_ANSWER_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace natplan {

using Bytes = std::vector<std::uint8_t>;

// Several messages in one datagram.
Bytes Join(std::initializer_list<Bytes> parts);

// NLMSG_ERROR for the message with `sequence`, of which the header alone is echoed (NETLINK_CAP_ACK);
// `errno_value` is positive, 0 is an ack.
Bytes Ack(std::uint32_t sequence, std::uint32_t port, int errno_value = 0);
// The same with NLMSGERR_ATTR_MSG and NLMSGERR_ATTR_OFFS.
Bytes AckWithText(std::uint32_t sequence, std::uint32_t port, int errno_value, const std::string& text,
                  std::uint32_t offset);
// The same with `original`, the whole message, echoed (no NETLINK_CAP_ACK).
Bytes AckWithOriginal(std::span<const std::uint8_t> original, std::uint32_t port, int errno_value);
Bytes Done(std::uint32_t sequence, std::uint32_t port, int errno_value = 0);
Bytes Noop(std::uint32_t sequence, std::uint32_t port);
Bytes NewGeneration(std::uint32_t sequence, std::uint32_t port, std::uint32_t generation);
// A part of a table dump; `flags` beside NLM_F_MULTI.
Bytes NewTable(std::uint32_t sequence, std::uint32_t port, const std::string& name, std::uint16_t flags = 0);

// What a program sent: the nlmsghdr of each message.
struct SentMessage {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::size_t offset = 0;
  std::size_t length = 0;
};
std::vector<SentMessage> MessagesOf(std::span<const std::uint8_t> datagram);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_ANSWER_BYTES_H_
