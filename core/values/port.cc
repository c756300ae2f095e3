#include "core/values/port.h"

#include <utility>

#include "core/values/number.h"

namespace natplan {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// Why a text of several colons and no bracket is no endpoint; empty if it holds no IPv6 address.
std::string WhyBracketsAreMissing(std::string_view text) {
  const auto in_brackets = [](std::string_view host, std::string_view port) {
    return "[" + std::string(host) + "]:" + std::string(port);
  };
  const std::size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  const auto is_ip6 = [](std::string_view one) {
    const auto address = Address::Parse(one);
    return address && address->family() == Family::kIp6;
  };
  if (is_ip6(host) && ParsePort(text.substr(colon + 1))) {
    return Quoted(text) +
           " needs brackets around its IPv6 address, which ends with the port otherwise; write it like " +
           in_brackets(host, text.substr(colon + 1));
  }
  if (!is_ip6(text)) return "";
  return Quoted(text) + " has no port, and an IPv6 address stands in brackets; write it like " +
         in_brackets(text, "80");
}

}  // namespace

std::expected<Port, std::string> Port::Make(std::int64_t number) {
  if (number < 1 || number > 65535) {
    return std::unexpected("a port is a number from 1 to 65535, not " + std::to_string(number));
  }
  return Port(static_cast<std::uint16_t>(number));
}

std::expected<Port, std::string> ParsePort(std::string_view text) {
  if (const auto number = ParseNumber(text)) return Port::Make(*number);
  return std::unexpected("\"" + std::string(text) + "\" is not a port; write a number from 1 to 65535, " +
                         std::string(kNumberForm));
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
  return std::unexpected(Quoted(name) + " is not a protocol that can be forwarded; write tcp, udp or sctp");
}

std::expected<Endpoint, std::string> Endpoint::Parse(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t colon = text.rfind(':');
  if (!bracketed && text.find(':') != colon) {
    if (std::string why = WhyBracketsAreMissing(text); !why.empty()) return std::unexpected(std::move(why));
  }
  if (colon == std::string_view::npos || colon == 0 || (bracketed && text[colon - 1] != ']')) {
    return std::unexpected(Quoted(text) + " has no port; write it like 192.0.2.1:80 or [2001:db8::1]:80");
  }
  const std::string_view host = bracketed ? text.substr(1, colon - 2) : text.substr(0, colon);
  auto address = Address::Parse(host);
  if (!address) return std::unexpected(address.error());
  if (bracketed && address->family() == Family::kIp) {
    return std::unexpected(Quoted(text) + " has brackets, in which an IPv6 address stands; write it like " +
                           std::string(host) + std::string(text.substr(colon)));
  }
  auto port = ParsePort(text.substr(colon + 1));
  if (!port) return std::unexpected(Quoted(text) + ": " + port.error());
  return Endpoint{*address, *port};
}

std::string Endpoint::ToString() const {
  const std::string host = address.ToString();
  return (address.family() == Family::kIp6 ? "[" + host + "]" : host) + ":" + std::to_string(port.number());
}

}  // namespace natplan
