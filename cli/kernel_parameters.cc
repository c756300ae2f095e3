#include "cli/kernel_parameters.h"

#include <variant>

#include "cli/sysctl_need.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

bool IsForwarding(const Sysctl& sysctl) {
  return sysctl == Sysctl::Forwarding(Family::kIp) || sysctl == Sysctl::Forwarding(Family::kIp6);
}

void NoteRoutes(std::span<const Intent> intents, Parameters& out) {
  for (const Intent& intent : intents) {
    const auto* forward = std::get_if<Forward>(&intent);
    if (forward == nullptr || !forward->localhost || forward->family() != Family::kIp6) continue;
    out.notes.push_back(fmt::format(
        "from ::1 the kernel sends a packet on to {} only if ::1 is local to the interface towards "
        "it as well: ip -6 route add local ::1/128 dev IFACE table local",
        forward->to.address.ToString()));
    return;
  }
}

}  // namespace

Parameters CareForParameters(std::span<const Intent> intents, bool set, const std::filesystem::path& proc) {
  Parameters out;
  NoteRoutes(intents, out);
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
