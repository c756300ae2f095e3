// The ways a connection can go, and addresses for each.
#ifndef NATPLAN_TESTS_PACKETS_WAY_H_
#define NATPLAN_TESTS_PACKETS_WAY_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>

namespace natplan::packets {

struct Way {
  int family;     // AF_INET or AF_INET6
  int transport;  // SOCK_STREAM: TCP; SOCK_DGRAM: UDP
};

inline constexpr std::array<Way, 4> kEveryWay = {
    {{AF_INET, SOCK_STREAM}, {AF_INET, SOCK_DGRAM}, {AF_INET6, SOCK_STREAM}, {AF_INET6, SOCK_DGRAM}}};

std::string Text(Way way);  // "TCP over IPv4"

// One machine's address in each family, without prefix length.
struct Addresses {
  std::string ip;
  std::string ip6;
  const std::string& Of(int family) const { return family == AF_INET ? ip : ip6; }
};

// What the socket calls take.
struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::string Host() const;  // the address alone, as inet_ntop prints it
};

// Throws std::invalid_argument if `host` is not an address of the family.
SocketAddress MakeSocketAddress(int family, const std::string& host, std::uint16_t port);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_WAY_H_
