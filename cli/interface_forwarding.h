// Which interfaces of this network namespace pass packets on.
#ifndef NATPLAN_CLI_INTERFACE_FORWARDING_H_
#define NATPLAN_CLI_INTERFACE_FORWARDING_H_

#include <filesystem>
#include <string>
#include <vector>

#include "core/values/address.h"
#include "core/values/interface_name.h"

namespace natplan::cli {

// By their own parameters (Sysctl::ForwardingBy), without lo. In no order.
struct InterfaceForwarding {
  std::vector<InterfaceName> on = {};
  std::vector<InterfaceName> off = {};

  // Whether packets can be passed on between two interfaces at all.
  bool BetweenTwo() const { return on.size() >= 2; }
  bool IsOff(const InterfaceName& interface) const;
};

// `proc` is where procfs is mounted: "/proc". What cannot be read is left out.
InterfaceForwarding ReadInterfaceForwarding(const std::filesystem::path& proc, Family family);

// Those that are a router's in IPv6 (Sysctl::IsRouter), in the same way.
std::vector<InterfaceName> ReadRouterInterfaces(const std::filesystem::path& proc);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERFACE_FORWARDING_H_
