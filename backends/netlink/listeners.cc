#include "backends/netlink/listeners.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/wire/message_reader.h"

namespace natplan {
namespace {

std::vector<std::uint8_t> Request(std::uint8_t family, Protocol protocol, std::uint32_t sequence) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } message = {};
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.header.nlmsg_seq = sequence;
  message.request.sdiag_family = family;
  message.request.sdiag_protocol = static_cast<std::uint8_t>(protocol);
  // An unconnected socket of UDP is in the state "close".
  message.request.idiag_states = 1U << (protocol == Protocol::kUdp ? TCP_CLOSE : TCP_LISTEN);
  std::vector<std::uint8_t> bytes(sizeof(message));
  std::memcpy(bytes.data(), &message, sizeof(message));
  return bytes;
}

template <std::size_t kSize>
Address AddressIn(const void* bytes) {
  std::array<std::uint8_t, kSize> out;
  std::memcpy(out.data(), bytes, kSize);
  return Address(out);
}

// None of a socket without a port.
std::optional<Listener> ReadListener(const wire::Message& message) {
  inet_diag_msg socket;
  if (message.payload.size() < sizeof(socket)) return std::nullopt;
  std::memcpy(&socket, message.payload.data(), sizeof(socket));
  const auto port = Port::Make(ntohs(socket.id.idiag_sport));
  if (!port) return std::nullopt;
  if (socket.idiag_family == AF_INET)
    return Listener{AddressIn<4>(&socket.id.idiag_src), *port, false, socket.idiag_uid};
  // An IPv4 address, mapped into IPv6 (::ffff:192.0.2.1): such a socket takes IPv4 alone.
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&socket.id.idiag_src);
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes))
    return Listener{AddressIn<4>(bytes + kMapped.size()), *port, false, socket.idiag_uid};
  const wire::AttributeTable attributes(wire::Behind(message.payload, sizeof(socket)));
  const auto only_ip6 = attributes.Find(INET_DIAG_SKV6ONLY);
  return Listener{AddressIn<16>(&socket.id.idiag_src), *port,
                  only_ip6 && !only_ip6->empty() && only_ip6->front() == 0, socket.idiag_uid};
}

}  // namespace

std::expected<std::vector<Listener>, Error> ReadListeners(NetlinkQuery& query, Protocol protocol,
                                                          TimePoint deadline) {
  std::vector<Listener> out;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    const int error = query.Ask([&](std::uint32_t sequence) { return Request(family, protocol, sequence); },
                                [&](const wire::Message& message) {
                                  if (auto listener = ReadListener(message))
                                    out.push_back(*std::move(listener));
                                  return true;
                                },
                                deadline);
    // Sockets come and go while they are listed: it is no other list for that.
    if (error == 0 || error == EINTR) continue;
    if (query.socket_error().errno_value == error) return std::unexpected(query.socket_error());
    const bool missing = error == ENOENT || error == EOPNOTSUPP || error == EINVAL;
    return std::unexpected(
        Error{.code = missing ? ErrorCode::kNotSupported : ErrorCode::kEnvironment,
              .errno_value = error,
              .text = "the kernel does not list its sockets: " + std::generic_category().message(error)});
  }
  return out;
}

}  // namespace natplan
