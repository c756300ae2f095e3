#include "cli/kernel_parameters.h"

#include <cerrno>
#include <expected>

#include "cli/route_need.h"
#include "cli/sysctl_need.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// Whether the target is still reached by the interface that was looked up: another one may have its name by
// now.
bool StillLeadsThere(const SysctlNeed& need, const HostView& host) {
  if (!need.route) return true;
  const auto now = host.route(*need.target);
  return now && *now == need.route;
}

std::expected<void, Error> Set(const SysctlNeed& need, const HostView& host) {
  if (auto written = need.sysctl->Write(host.proc, 1); !written) return written;
  if (StillLeadsThere(need, host)) return {};
  const auto undone = need.sysctl->Write(host.proc, need.value.value_or(0));
  return std::unexpected(
      Error{.code = ErrorCode::kEnvironment,
            .errno_value = EAGAIN,
            .text = fmt::format("the route to {} moved while {} was set; it was {}; natplan apply FILE "
                                "--sysctl again",
                                need.target->ToString(), need.name,
                                undone ? "put back" : "not put back: " + undone.error().text)});
}

}  // namespace

Parameters CareForParameters(std::span<const Intent> intents, bool set, const HostView& host) {
  Parameters out;
  for (const RouteNeed& need : RouteNeeds(host, intents)) {
    if (!need.met) out.notes.push_back(fmt::format("{}: {}", need.Otherwise(), need.Cure()));
  }
  for (const SysctlNeed& need : SysctlNeeds(host, intents)) {
    if (need.met) continue;
    if (!set || !need.sysctl) {
      out.missing.push_back(need.name);
      out.notes.push_back(fmt::format("{}; {}", need.otherwise, need.Cure()));
    } else if (const auto done = Set(need, host)) {
      out.set.push_back(need.name + " = 1");
    } else {
      out.missing.push_back(need.name);
      if (!out.error) out.error = done.error();
    }
  }
  return out;
}

}  // namespace natplan::cli
