// Kernel parameters that NAT depends on and that natplan sets only when it is told to.
#ifndef NATPLAN_CLI_SYSCTL_H_
#define NATPLAN_CLI_SYSCTL_H_

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/values/address.h"
#include "core/values/error.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

// A parameter of the network namespace that the process is in.
class Sysctl {
 public:
  // Whether the host passes packets on between its interfaces. To write it sets the same of each interface.
  static Sysctl Forwarding(Family family);
  // Whether packets that come in by the interface are passed on. In IPv4 this alone decides, and ip_forward
  // is its common switch; in IPv6 (from Linux 6.17 on) it counts where the common one is off.
  static Sysctl ForwardingBy(Family family, const InterfaceName& interface);
  // Whether the interface is a router's in IPv6, which hears advertisements only where accept_ra is 2. The
  // common switch sets it too.
  static Sysctl IsRouter(const InterfaceName& interface);
  // The forwarding (IPv4) or IsRouter (IPv6) that an interface to come starts with. The common switch sets it
  // too.
  static Sysctl ForwardingOfNew(Family family);
  // Whether ICMP redirects are heard in IPv4, for all interfaces. The kernel sets it to the contrary of
  // ip_forward whenever that changes.
  static Sysctl AcceptRedirectsOfAll();
  // Whether 127.0.0.0/8 may come and go by an interface other than lo; a forward with `localhost` needs it of
  // the one towards its target. IPv6 has none. It counts for an interface if it is set for it or for all.
  static Sysctl RouteLocalnet(const InterfaceName& interface);
  static Sysctl RouteLocalnetOfAll();
  // Whether router advertisements that come in by the interface are heard: 0 never, 1 unless it forwards, 2
  // always.
  static Sysctl AcceptRa(const InterfaceName& interface);

  // By its path below PROC/sys; none if it is not one of the above, of an interface that there can be.
  static std::optional<Sysctl> Parse(std::string_view path);

  const std::string& path() const { return path_; }
  // Whose it is; none of a common one.
  const std::optional<InterfaceName>& interface() const { return interface_; }
  // The same of another interface.
  Sysctl Of(const InterfaceName& interface) const;
  // Of what is set so that this family is forwarded, or changes with that: all but route_localnet.
  std::optional<Family> forwarding_family() const;

  // As sysctl(8) takes it: "net.ipv4.conf.eth0.route_localnet", with '/' for a '.' in an interface's name.
  std::string name() const;

  // `proc` is where procfs is mounted: "/proc". Errors: kNotSupported if there is no such parameter or no
  // procfs, kNotPermitted, kEnvironment; they name the parameter and what to do.
  std::expected<int, Error> Read(const std::filesystem::path& proc) const;
  std::expected<void, Error> Write(const std::filesystem::path& proc, int value) const;

  friend bool operator==(const Sysctl&, const Sysctl&) = default;

 private:
  explicit Sysctl(std::string path) : path_(std::move(path)) {}
  Sysctl(const char* folder, const InterfaceName& interface, const char* leaf);
  // `written`: what was to be written; none: it was to be read.
  Error Failed(const std::filesystem::path& proc, std::optional<int> written, int errno_value) const;

  std::string path_;  // below PROC/sys, divided by '/'
  std::optional<InterfaceName> interface_ = {};
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SYSCTL_H_
