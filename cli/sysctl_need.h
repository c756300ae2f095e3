// Which kernel parameters have to be set for intents to take effect.
#ifndef NATPLAN_CLI_SYSCTL_NEED_H_
#define NATPLAN_CLI_SYSCTL_NEED_H_

#include <expected>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cli/sysctl.h"
#include "core/values/intent.h"

namespace natplan::cli {

struct SysctlNeed {
  Sysctl sysctl;
  std::expected<int, Error> value;  // as it is now
  bool met = false;
  std::string otherwise;  // what happens while it is not met, as a sentence without its full stop

  // What to do about a need that is not met.
  std::string Cure() const;
};

// Forwarding of these families. `proc` is where procfs is mounted: "/proc".
std::vector<SysctlNeed> ForwardingNeeds(const std::filesystem::path& proc, const std::set<Family>& families);

// Forwarding of the families of these intents; for forwards with `localhost`, route_localnet of the interface
// towards each target, or of all where there is no route yet. Each parameter once.
std::vector<SysctlNeed> SysctlNeeds(const std::filesystem::path& proc, std::span<const Intent> intents);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SYSCTL_NEED_H_
