#include "tests/packets/sctp_socket.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstring>
#include <span>
#include <vector>

namespace natplan::packets {
namespace {

Fd MakeSocket(int family, const NetNamespace& where) {
  const Inside inside(where);
  return {socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP), "socket"};
}

// A raw socket of IPv4 gets the IP header as well, one of IPv6 does not.
std::size_t IpHeaderSize(int family, std::span<const std::byte> packet) {
  if (family == AF_INET6) return 0;
  return (std::to_integer<std::size_t>(packet[0]) & 0xfU) * 4;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const SctpArrival& arrival) {
  return stream << ToString(arrival.packet) << ", from " << arrival.from;
}

SctpSocket::SctpSocket(int family, const NetNamespace& where)
    : family_(family), fd_(MakeSocket(family, where)) {}

void SctpSocket::Send(const Addresses& to, const SctpPacket& packet) {
  const std::vector<std::byte> bytes = ToBytes(packet);
  // A raw socket's address has no port: that is the packet's affair.
  const SocketAddress address = MakeSocketAddress(family_, to.Of(family_), 0);
  Check(static_cast<int>(sendto(fd_.get(), bytes.data(), bytes.size(), 0, address.get(), address.size)),
        "sendto");
}

std::optional<SctpArrival> SctpSocket::ReceiveNow() {
  std::array<std::byte, 2048> buffer;
  for (;;) {
    SocketAddress from;
    const ssize_t size = recvfrom(fd_.get(), buffer.data(), buffer.size(), 0, from.get(), &from.size);
    if (size <= 0) return std::nullopt;
    const std::span<const std::byte> bytes(buffer.data(), static_cast<std::size_t>(size));
    const std::optional<SctpPacket> packet = ParseSctp(bytes.subspan(IpHeaderSize(family_, bytes)));
    if (packet.has_value()) return SctpArrival{.from = from.Host(), .packet = *packet};
  }
}

std::optional<SctpArrival> SctpSocket::Receive() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  for (;;) {
    std::optional<SctpArrival> arrival = ReceiveNow();
    if (arrival.has_value()) return arrival;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd waited_for = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    Check(poll(&waited_for, 1, static_cast<int>(left.count())), "poll");
  }
}

}  // namespace natplan::packets
