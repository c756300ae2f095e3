// Which interfaces of this network namespace pass packets on.
#ifndef NATPLAN_CLI_INTERFACE_FORWARDING_H_
#define NATPLAN_CLI_INTERFACE_FORWARDING_H_

#include <filesystem>
#include <string>
#include <vector>

#include "cli/sysctl.h"
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

// What is on and changes with the common switch, in the same way: Sysctl::ForwardingBy in IPv4 and
// Sysctl::IsRouter in IPv6, of lo too, and Sysctl::ForwardingOfNew.
std::vector<Sysctl> ReadForwardingOnItsOwn(const std::filesystem::path& proc, Family family);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERFACE_FORWARDING_H_
