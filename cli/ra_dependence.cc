#include "cli/ra_dependence.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "cli/routes.h"
#include "cli/sysctl.h"

namespace natplan::cli {
namespace {

constexpr std::uint64_t kDefault = 0x10000;   // RTF_DEFAULT: a default route of a router's advertisement
constexpr std::uint64_t kAddrconf = 0x40000;  // RTF_ADDRCONF: a route of an advertisement

}  // namespace

std::expected<std::vector<RaDependent>, Error> FindRaDependents(const std::filesystem::path& proc) {
  const auto routes = ReadIp6Routes(proc);
  if (!routes) return std::unexpected(routes.error());
  std::map<std::string, bool> learnt;  // interface -> whether it has a default route of that kind
  for (const Ip6Route& route : *routes) {
    if ((route.flags & (kDefault | kAddrconf)) == 0) continue;
    bool& has_default = learnt[route.interface];
    has_default = has_default || route.to.length() == 0;
  }
  std::vector<RaDependent> out;
  for (const auto& [name, has_default] : learnt) {
    auto interface = InterfaceName::Make(name);
    if (!interface) return std::unexpected(std::move(interface.error()));
    const auto accept_ra = Sysctl::AcceptRa(*interface).Read(proc);
    if (!accept_ra) return std::unexpected(accept_ra.error());
    if (*accept_ra == 1 || (*accept_ra != 2 && has_default))
      out.push_back({*std::move(interface), *accept_ra});
  }
  return out;
}

}  // namespace natplan::cli
