#include "cli/interface_forwarding.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace natplan::cli {
namespace {

// Those that have parameters of the family.
std::vector<InterfaceName> InterfacesOf(const std::filesystem::path& proc, Family family) {
  std::vector<InterfaceName> out;
  const std::filesystem::path folder =
      proc / (family == Family::kIp ? "sys/net/ipv4/conf" : "sys/net/ipv6/conf");
  std::error_code error;
  for (std::filesystem::directory_iterator one(folder, error), end; !error && one != end;
       one.increment(error)) {
    auto interface = InterfaceName::Make(one->path().filename().string());
    // No interface can be called "all" or "default" and have parameters.
    if (interface && interface->name() != "all" && interface->name() != "default")
      out.push_back(*std::move(interface));
  }
  return out;
}

}  // namespace

bool InterfaceForwarding::IsOff(const InterfaceName& interface) const {
  return std::ranges::find(off, interface) != off.end();
}

InterfaceForwarding ReadInterfaceForwarding(const std::filesystem::path& proc, Family family) {
  InterfaceForwarding out;
  for (InterfaceName& interface : InterfacesOf(proc, family)) {
    if (interface.name() == "lo") continue;
    const auto value = Sysctl::ForwardingBy(family, interface).Read(proc);
    if (value) (*value != 0 ? out.on : out.off).push_back(std::move(interface));
  }
  return out;
}

std::vector<Sysctl> ReadForwardingOnItsOwn(const std::filesystem::path& proc, Family family) {
  std::vector<Sysctl> out = {Sysctl::ForwardingOfNew(family)};
  for (const InterfaceName& one : InterfacesOf(proc, family))
    out.push_back(family == Family::kIp ? Sysctl::ForwardingBy(family, one) : Sysctl::IsRouter(one));
  std::erase_if(out, [&](const Sysctl& one) { return one.Read(proc) != 1; });
  return out;
}

}  // namespace natplan::cli
