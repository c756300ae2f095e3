// An intent is one wish of one owner: masquerade a prefix, or forward a host port. A value that exists is one
// that natplan can carry out.
#ifndef NATPLAN_CORE_VALUES_INTENT_H_
#define NATPLAN_CORE_VALUES_INTENT_H_

#include <compare>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/values/error.h"
#include "core/values/interface_name.h"
#include "core/values/owner.h"
#include "core/values/port.h"
#include "core/values/prefix.h"

namespace natplan {

// Packets from `source` leave the host with the host's own address; with `out_interface`, only those that
// leave by that interface.
class Masquerade {
 public:
  // Without an interface it refuses length 0, and IPv6 shorter than /8, as the origin does (EINVAL): such a
  // prefix would translate the host's own traffic as well.
  static std::expected<Masquerade, Error> Make(const Prefix& source,
                                               std::optional<InterfaceName> out_interface = {});
  const Prefix& source() const { return source_; }
  const std::optional<InterfaceName>& out_interface() const { return out_interface_; }
  Family family() const { return source_.family(); }
  friend auto operator<=>(const Masquerade&, const Masquerade&) = default;

 private:
  Masquerade(const Prefix& source, std::optional<InterfaceName> out_interface)
      : source_(source), out_interface_(std::move(out_interface)) {}
  Prefix source_;
  std::optional<InterfaceName> out_interface_;
};

// The host's port of one protocol and family; there is one forward for each.
struct HostPort {
  Family family;
  Protocol protocol;
  Port port;
  friend constexpr auto operator<=>(const HostPort& a, const HostPort& b) { return a.Rank() <=> b.Rank(); }
  friend constexpr bool operator==(const HostPort&, const HostPort&) = default;

 private:
  // In the order of the members, as one number: maps compare many of them.
  constexpr std::uint32_t Rank() const {
    return static_cast<std::uint32_t>(family) << 24U | static_cast<std::uint32_t>(protocol) << 16U |
           port.number();
  }
};

// Packets to `host_port` of the host go on to `to`.
struct Forward {
  Protocol protocol;
  Port host_port;
  Endpoint to;
  // From the host itself the port is reached at 127.0.0.1 or ::1 too. A local service on that port is
  // shadowed.
  bool localhost = false;

  Family family() const { return to.address.family(); }
  HostPort key() const { return {family(), protocol, host_port}; }
  friend auto operator<=>(const Forward&, const Forward&) = default;
};

using Intent = std::variant<Masquerade, Forward>;

// An intent and who holds it.
struct OwnedIntent {
  Owner owner;
  Intent intent;
  friend auto operator<=>(const OwnedIntent&, const OwnedIntent&) = default;
};

Family FamilyOf(const Intent& intent);

std::string ToString(const Masquerade& masquerade);  // "masquerade 10.0.0.0/8", "... out eth0"
std::string ToString(const HostPort& host_port);     // "ip tcp port 2222"
std::string ToString(const Forward& forward);  // "forward tcp port 2222 to 192.0.2.1:22", "... localhost"

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_INTENT_H_
