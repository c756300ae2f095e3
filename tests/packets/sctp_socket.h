// A raw socket for SCTP packets.
#ifndef NATPLAN_TESTS_PACKETS_SCTP_SOCKET_H_
#define NATPLAN_TESTS_PACKETS_SCTP_SOCKET_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "tests/packets/fd.h"
#include "tests/packets/net_namespace.h"
#include "tests/packets/sctp_packet.h"
#include "tests/packets/way.h"

namespace natplan::packets {

struct SctpArrival {
  std::string from;  // the sender's address
  SctpPacket packet;
  friend bool operator==(const SctpArrival&, const SctpArrival&) = default;
};
std::ostream& operator<<(std::ostream& stream, const SctpArrival& arrival);

// Sees every SCTP packet that reaches an address of its namespace.
class SctpSocket {
 public:
  SctpSocket(int family, const NetNamespace& where);
  void Send(const Addresses& to, const SctpPacket& packet);
  // The next INIT or INIT ACK with a right checksum; none if five seconds pass.
  std::optional<SctpArrival> Receive();

 private:
  std::optional<SctpArrival> ReceiveNow();
  int family_;
  Fd fd_;
};

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_SCTP_SOCKET_H_
