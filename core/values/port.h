// A transport port, a transport protocol, and an endpoint made of address and port.
#ifndef NATPLAN_CORE_VALUES_PORT_H_
#define NATPLAN_CORE_VALUES_PORT_H_

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/values/address.h"

namespace natplan {

class Port {
 public:
  // Refuses what is not in 1 to 65535, with one sentence.
  static std::expected<Port, std::string> Make(std::int64_t number);
  constexpr std::uint16_t number() const { return number_; }  // host byte order
  friend constexpr auto operator<=>(const Port&, const Port&) = default;

 private:
  explicit constexpr Port(std::uint16_t number) : number_(number) {}
  std::uint16_t number_;
};

// The error is one sentence.
std::expected<Port, std::string> ParsePort(std::string_view text);

// The value is the protocol's number (IANA, netinet/in.h).
enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17, kSctp = 132 };

inline constexpr std::array<Protocol, 3> kProtocols = {Protocol::kTcp, Protocol::kUdp, Protocol::kSctp};

std::string_view Name(Protocol protocol);  // "tcp", "udp", "sctp"
std::expected<Protocol, std::string> ParseProtocol(std::string_view name);

struct Endpoint {
  Address address;
  Port port;

  // "192.0.2.1:80" or "[2001:db8::1]:80"; the error is one sentence.
  static std::expected<Endpoint, std::string> Parse(std::string_view text);
  std::string ToString() const;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_PORT_H_
