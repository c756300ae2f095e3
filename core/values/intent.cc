#include "core/values/intent.h"

#include <cerrno>

namespace natplan {

std::expected<Masquerade, Error> Masquerade::Make(const Prefix& source,
                                                  std::optional<InterfaceName> out_interface) {
  const bool ip6 = source.family() == Family::kIp6;
  if (!out_interface && (source.length() == 0 || (ip6 && source.length() < 8))) {
    return std::unexpected(
        Error{.code = ErrorCode::kInvalidArgument,
              .errno_value = EINVAL,
              .text = "a masquerade source of " + source.network().ToString() + "/" +
                      std::to_string(source.length()) +
                      " would translate the host's own traffic too; name the containers' prefix, like " +
                      (ip6 ? "fd00:1::/64 (IPv6: /8 or longer)" : "192.168.50.0/24 (IPv4: /1 or longer)") +
                      ", or the interface by which the traffic leaves (out_interface)"});
  }
  return Masquerade(source, std::move(out_interface));
}

Family FamilyOf(const Intent& intent) {
  return std::visit([](const auto& one) { return one.family(); }, intent);
}

std::string ToString(const Masquerade& masquerade) {
  return "masquerade " + masquerade.source().ToString() +
         (masquerade.out_interface() ? " out " + masquerade.out_interface()->name() : "");
}

std::string ToString(const HostPort& host_port) {
  return std::string(Name(host_port.family)) + " " + std::string(Name(host_port.protocol)) + " port " +
         std::to_string(host_port.port.number());
}

std::string ToString(const Forward& forward) {
  return "forward " + std::string(Name(forward.protocol)) + " port " +
         std::to_string(forward.host_port.number()) + " to " + forward.to.ToString() +
         (forward.localhost ? " localhost" : "");
}

}  // namespace natplan
