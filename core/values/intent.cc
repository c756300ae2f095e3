#include "core/values/intent.h"

#include <algorithm>
#include <cerrno>

namespace natplan {

std::expected<Owner, Error> Owner::Make(std::string_view name) {
  const bool printable = std::all_of(name.begin(), name.end(),
                                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (name.empty() || name.size() > 64 || !printable) {
    return std::unexpected(
        Error{.code = ErrorCode::kInvalidArgument,
              .errno_value = EINVAL,
              .text = "an owner's name is 1 to 64 bytes of printable ASCII without \" and \\"});
  }
  return Owner(std::string(name));
}

Owner Owner::Default() { return Owner("default"); }

std::expected<Masquerade, Error> Masquerade::Make(const Prefix& source) {
  const bool ip6 = source.family() == Family::kIp6;
  if (source.length() == 0 || (ip6 && source.length() < 8)) {
    return std::unexpected(
        Error{.code = ErrorCode::kInvalidArgument,
              .errno_value = EINVAL,
              .text = "a masquerade source of " + source.network().ToString() + "/" +
                      std::to_string(source.length()) +
                      " would translate the host's own traffic too; name the containers' prefix, like " +
                      (ip6 ? "fd00:1::/64 (IPv6: /8 or longer)" : "192.168.50.0/24 (IPv4: /1 or longer)")});
  }
  return Masquerade(source);
}

std::string ToString(const Masquerade& masquerade) { return "masquerade " + masquerade.source().ToString(); }

std::string ToString(const HostPort& host_port) {
  return std::string(Name(host_port.family)) + " " + std::string(Name(host_port.protocol)) + " port " +
         std::to_string(host_port.port.number());
}

std::string ToString(const Forward& forward) {
  return "forward " + std::string(Name(forward.protocol)) + " port " +
         std::to_string(forward.host_port.number()) + " to " + forward.to.ToString();
}

}  // namespace natplan
