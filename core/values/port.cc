#include "core/values/port.h"

#include <charconv>

namespace natplan {

std::expected<Port, std::string> Port::Make(std::int64_t number) {
  if (number < 1 || number > 65535) {
    return std::unexpected("a port is a number from 1 to 65535, not " + std::to_string(number));
  }
  return Port(static_cast<std::uint16_t>(number));
}

std::string_view Name(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "tcp";
    case Protocol::kUdp:
      return "udp";
    case Protocol::kSctp:
      return "sctp";
  }
  return "unknown";
}

std::expected<Protocol, std::string> ParseProtocol(std::string_view name) {
  for (const Protocol protocol : kProtocols) {
    if (Name(protocol) == name) return protocol;
  }
  return std::unexpected("\"" + std::string(name) +
                         "\" is not a protocol that can be forwarded; write tcp, udp or sctp");
}

std::expected<Endpoint, std::string> Endpoint::Parse(std::string_view text) {
  const std::string quoted = "\"" + std::string(text) + "\"";
  const bool bracketed = text.starts_with('[');
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || (bracketed && text[colon - 1] != ']')) {
    return std::unexpected(quoted + " has no port; write it like 192.0.2.1:80 or [2001:db8::1]:80");
  }
  const std::string_view host = bracketed ? text.substr(1, colon - 2) : text.substr(0, colon);
  auto address = Address::Parse(host);
  if (!address) return std::unexpected(address.error());
  if (bracketed != (address->family() == Family::kIp6)) {
    return std::unexpected(quoted +
                           " is ambiguous: an IPv6 address stands in brackets and an IPv4 address does not; "
                           "write it like 192.0.2.1:80 or [2001:db8::1]:80");
  }
  const std::string_view digits = text.substr(colon + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::unexpected("\"" + std::string(digits) + "\" in " + quoted +
                           " is not a port; write a number from 1 to 65535");
  }
  auto port = Port::Make(number);
  if (!port) return std::unexpected(port.error());
  return Endpoint{*address, *port};
}

std::string Endpoint::ToString() const {
  const std::string host = address.ToString();
  return (address.family() == Family::kIp6 ? "[" + host + "]" : host) + ":" + std::to_string(port.number());
}

}  // namespace natplan
