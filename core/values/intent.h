// An intent is one wish of one owner: masquerade a prefix, or forward a host port. A value that exists is one
// that natplan can carry out.
#ifndef NATPLAN_CORE_VALUES_INTENT_H_
#define NATPLAN_CORE_VALUES_INTENT_H_

#include <compare>
#include <expected>
#include <string>
#include <string_view>

#include "core/values/error.h"
#include "core/values/port.h"
#include "core/values/prefix.h"

namespace natplan {

// The name on whose behalf an intent is held: 1 to 64 bytes of printable ASCII without '"' and '\'.
class Owner {
 public:
  static std::expected<Owner, Error> Make(std::string_view name);
  static Owner Default();  // "default"
  const std::string& name() const { return name_; }
  friend auto operator<=>(const Owner&, const Owner&) = default;

 private:
  explicit Owner(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

// Packets from `source` leave the host with the host's own address.
class Masquerade {
 public:
  // Refuses length 0, and IPv6 shorter than /8, as the origin does (EINVAL): such a prefix would translate
  // the host's own traffic as well.
  static std::expected<Masquerade, Error> Make(const Prefix& source);
  const Prefix& source() const { return source_; }
  Family family() const { return source_.family(); }
  friend auto operator<=>(const Masquerade&, const Masquerade&) = default;

 private:
  explicit Masquerade(const Prefix& source) : source_(source) {}
  Prefix source_;
};

// The host's port of one protocol and family; there is one forward for each.
struct HostPort {
  Family family;
  Protocol protocol;
  Port port;
  friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

// Packets to `host_port` of the host go on to `to`.
struct Forward {
  Protocol protocol;
  Port host_port;
  Endpoint to;

  Family family() const { return to.address.family(); }
  HostPort key() const { return {family(), protocol, host_port}; }
  friend auto operator<=>(const Forward&, const Forward&) = default;
};

std::string ToString(const Masquerade& masquerade);  // "masquerade 10.0.0.0/8"
std::string ToString(const HostPort& host_port);     // "ip tcp port 2222"
std::string ToString(const Forward& forward);        // "forward tcp port 2222 to 192.0.2.1:22"

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_INTENT_H_
