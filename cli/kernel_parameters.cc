#include "cli/kernel_parameters.h"

#include "cli/route_need.h"
#include "cli/sysctl_need.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

bool IsForwarding(const Sysctl& sysctl) {
  return sysctl == Sysctl::Forwarding(Family::kIp) || sysctl == Sysctl::Forwarding(Family::kIp6);
}

}  // namespace

Parameters CareForParameters(std::span<const Intent> intents, bool set, const std::filesystem::path& proc) {
  Parameters out;
  for (const RouteNeed& need : RouteNeeds(proc, intents)) {
    if (!need.met) out.notes.push_back(fmt::format("{}: {}", need.Otherwise(), need.Cure()));
  }
  for (const SysctlNeed& need : SysctlNeeds(proc, intents)) {
    if (need.met || (!set && IsForwarding(need.sysctl))) continue;
    if (!set) {
      out.missing.push_back(need.sysctl.name());
      out.notes.push_back(fmt::format("{}; {}", need.otherwise, need.Cure()));
    } else if (const auto written = need.sysctl.Write(proc, 1)) {
      out.set.push_back(need.sysctl.name() + " = 1");
    } else {
      out.missing.push_back(need.sysctl.name());
      if (!out.error) out.error = written.error();
    }
  }
  return out;
}

}  // namespace natplan::cli
