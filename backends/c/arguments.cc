#include "backends/c/arguments.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace natplan {
namespace {

std::expected<Family, Error> ToFamily(int family) {
  if (family == AF_INET) return Family::kIp;
  if (family == AF_INET6) return Family::kIp6;
  return std::unexpected(InvalidArgument(EAFNOSUPPORT, "the family is neither AF_INET nor AF_INET6"));
}

std::expected<Protocol, Error> ToProtocol(int number) {
  for (const Protocol protocol : kProtocols) {
    if (static_cast<int>(protocol) == number) return protocol;
  }
  return std::unexpected(InvalidArgument(EPROTONOSUPPORT, "the protocol is none of TCP, UDP and SCTP"));
}

Address ToAddress(Family family, const void* bytes) {
  if (family == Family::kIp) {
    std::array<std::uint8_t, 4> address;
    std::memcpy(address.data(), bytes, address.size());
    return Address(address);
  }
  std::array<std::uint8_t, 16> address;
  std::memcpy(address.data(), bytes, address.size());
  return Address(address);
}

// The family, the protocol, then the port.
std::expected<HostPort, Error> ToHostPort(int family, int protocol, unsigned int host_port) {
  const auto known = ToFamily(family);
  if (!known) return std::unexpected(known.error());
  const auto transport = ToProtocol(protocol);
  if (!transport) return std::unexpected(transport.error());
  const auto port = Port::Make(host_port);
  if (!port) return std::unexpected(InvalidArgument(EINVAL, ("the host's port: " + port.error()).c_str()));
  return HostPort{*known, *transport, *port};
}

}  // namespace

Error InvalidArgument(int errno_value, const char* text) {
  return {.code = ErrorCode::kInvalidArgument, .errno_value = errno_value, .text = text};
}

std::expected<Masquerade, Error> ToMasquerade(int family, const void* source, unsigned int prefix_length,
                                              const char* out_interface) {
  const auto known = ToFamily(family);
  if (!known) return std::unexpected(known.error());
  if (source == nullptr)
    return std::unexpected(InvalidArgument(EINVAL, "the source of the masquerade is missing"));
  // Any length beyond an address is the same to Prefix::Make, which takes a signed one.
  const auto length = static_cast<int>(std::min(prefix_length, 1000U));
  auto prefix = Prefix::Make(ToAddress(*known, source), length);
  if (!prefix) return std::unexpected(InvalidArgument(EINVAL, prefix.error().c_str()));
  std::optional<InterfaceName> interface;
  if (out_interface != nullptr) {
    auto name = InterfaceName::Make(out_interface);
    if (!name) return std::unexpected(std::move(name.error()));
    interface = *std::move(name);
  }
  return Masquerade::Make(*prefix, std::move(interface));
}

std::expected<Forward, Error> ToForward(int family, int protocol, unsigned int host_port, const void* target,
                                        unsigned int target_port, bool localhost) {
  const auto key = ToHostPort(family, protocol, host_port);
  if (!key) return std::unexpected(key.error());
  if (target == nullptr)
    return std::unexpected(InvalidArgument(EINVAL, "the target of the forward is missing"));
  const auto port = Port::Make(target_port);
  if (!port) return std::unexpected(InvalidArgument(EINVAL, ("the target's port: " + port.error()).c_str()));
  return Forward{key->protocol, key->port, {ToAddress(key->family, target), *port}, localhost};
}

std::expected<Owner, Error> ToOwner(const char* name, const Owner& otherwise) {
  if (name == nullptr) return otherwise;
  return Owner::Make(name);
}

}  // namespace natplan
