#include "tests/packets/datagram.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>

#include "tests/packets/fd.h"
#include "tests/packets/way.h"

namespace natplan::packets {
namespace {

constexpr std::uint16_t kPort = 4242;

template <typename T>
void Set(const Fd& fd, int level, int option, const T& value, const char* what) {
  Check(setsockopt(fd.get(), level, option, &value, sizeof(value)), what);
}

int FamilyOf(const std::string& address) { return address.contains(':') ? AF_INET6 : AF_INET; }

Fd Bound(int family, const std::string& host, std::uint16_t port) {
  Fd fd(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
  if (family == AF_INET) {
    Set(fd, IPPROTO_IP, IP_TRANSPARENT, 1, "IP_TRANSPARENT");
  } else {
    Set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1, "IPV6_TRANSPARENT");
  }
  SocketAddress address = MakeSocketAddress(family, host, port);
  Check(bind(fd.get(), address.get(), address.size), "bind");
  return fd;
}

// Only a multicast address can be joined; any other is left as it is.
void Join(const Fd& fd, const std::string& group, const std::string& interface) {
  const int index = static_cast<int>(if_nametoindex(interface.c_str()));
  const SocketAddress address = MakeSocketAddress(FamilyOf(group), group, kPort);
  if (FamilyOf(group) == AF_INET) {
    sockaddr_in ip;
    std::memcpy(&ip, &address.storage, sizeof(ip));
    if (!IN_MULTICAST(ntohl(ip.sin_addr.s_addr))) return;
    Set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, ip_mreqn{ip.sin_addr, {}, index}, "IP_ADD_MEMBERSHIP");
  } else {
    sockaddr_in6 ip6;
    std::memcpy(&ip6, &address.storage, sizeof(ip6));
    if (!IN6_IS_ADDR_MULTICAST(&ip6.sin6_addr)) return;
    Set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, ipv6_mreq{ip6.sin6_addr, static_cast<unsigned>(index)},
        "IPV6_JOIN_GROUP");
  }
}

Fd Receiver(const NetNamespace& where, const std::string& destination, const std::string& interface) {
  const Inside inside(where);
  const int family = FamilyOf(destination);
  Fd fd = Bound(family, family == AF_INET ? "0.0.0.0" : "::", kPort);
  Join(fd, destination, interface);
  return fd;
}

void Send(const NetNamespace& where, const Datagram& datagram) {
  const Inside inside(where);
  const int family = FamilyOf(datagram.destination);
  const Fd fd = Bound(family, datagram.source, 0);
  Set(fd, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
  Check(setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, datagram.out_interface.c_str(),
                   static_cast<socklen_t>(datagram.out_interface.size())),
        "SO_BINDTODEVICE");
  SocketAddress to = MakeSocketAddress(family, datagram.destination, kPort);
  Check(static_cast<int>(sendto(fd.get(), "?", 1, 0, to.get(), to.size)), "sendto");
}

}  // namespace

std::string SourceSeen(const NetNamespace& sender, const Datagram& datagram, const NetNamespace& receiver,
                       const std::string& in_interface) {
  const Fd fd = Receiver(receiver, datagram.destination, in_interface);
  Send(sender, datagram);
  pollfd waited = {.fd = fd.get(), .events = POLLIN, .revents = 0};
  const int ready = poll(&waited, 1, 1000);
  Check(ready, "poll");
  if (ready == 0) return "nobody";
  SocketAddress from;
  char byte = 0;
  Check(static_cast<int>(recvfrom(fd.get(), &byte, 1, 0, from.get(), &from.size)), "recvfrom");
  return from.Host();
}

}  // namespace natplan::packets
