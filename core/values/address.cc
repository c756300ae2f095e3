#include "core/values/address.h"

#include <arpa/inet.h>

namespace natplan {

std::string_view Name(Family family) { return family == Family::kIp ? "ip" : "ip6"; }

std::expected<Address, std::string> Address::Parse(std::string_view text) {
  const std::string copy(text);
  if (text.find('\0') == std::string_view::npos) {
    std::array<std::uint8_t, 4> v4{};
    if (inet_pton(AF_INET, copy.c_str(), v4.data()) == 1) return Address(v4);
    std::array<std::uint8_t, 16> v6{};
    if (inet_pton(AF_INET6, copy.c_str(), v6.data()) == 1) return Address(v6);
  }
  if (const std::size_t scope = text.find('%'); scope != std::string_view::npos) {
    return std::unexpected("\"" + copy +
                           "\" has a scope id, which nf_tables does not know; write the address without \"" +
                           copy.substr(scope) + "\"");
  }
  return std::unexpected("\"" + copy +
                         "\" is not an IPv4 or IPv6 address; write it like 192.0.2.1 or 2001:db8::1");
}

std::string Address::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(family_ == Family::kIp ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
  return buffer.data();
}

}  // namespace natplan
