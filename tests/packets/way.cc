#include "tests/packets/way.h"

#include <arpa/inet.h>

#include <cstring>
#include <stdexcept>

namespace natplan::packets {

std::string Text(Way way) {
  return std::string(way.transport == SOCK_STREAM ? "TCP" : "UDP") + " over " +
         (way.family == AF_INET ? "IPv4" : "IPv6");
}

std::string SocketAddress::Host() const {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (storage.ss_family == AF_INET) {
    sockaddr_in ip;
    std::memcpy(&ip, &storage, sizeof(ip));
    inet_ntop(AF_INET, &ip.sin_addr, text.data(), text.size());
  } else {
    sockaddr_in6 ip6;
    std::memcpy(&ip6, &storage, sizeof(ip6));
    inet_ntop(AF_INET6, &ip6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

SocketAddress MakeSocketAddress(int family, const std::string& host, std::uint16_t port) {
  SocketAddress made;
  int valid = 0;
  if (family == AF_INET) {
    sockaddr_in ip = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    valid = inet_pton(AF_INET, host.c_str(), &ip.sin_addr);
    made.size = sizeof(ip);
    std::memcpy(&made.storage, &ip, sizeof(ip));
  } else {
    sockaddr_in6 ip6 = {};
    ip6.sin6_family = AF_INET6;
    ip6.sin6_port = htons(port);
    valid = inet_pton(AF_INET6, host.c_str(), &ip6.sin6_addr);
    made.size = sizeof(ip6);
    std::memcpy(&made.storage, &ip6, sizeof(ip6));
  }
  if (valid != 1) throw std::invalid_argument("not an address: " + host);
  return made;
}

}  // namespace natplan::packets
