#include "cli/switched_on.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/sysctl_need.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// By its interface's present name; none if the interface is gone.
std::optional<Sysctl> AsNamedNow(const SwitchedOn& one, const HostView& host) {
  if (!one.sysctl.interface() || one.index == 0) return one.sysctl;
  const auto name = host.interface_of(one.index);
  if (!name) return std::nullopt;
  return one.sysctl.Of(*name);
}

}  // namespace

std::string StillOn::ToString() const {
  return fmt::format("{} = {}, was {}", sysctl.name(), recorded.after, recorded.before);
}

std::vector<StillOn> FindStillOn(const std::vector<SwitchedOn>& recorded, const HostView& host) {
  std::vector<StillOn> out;
  for (const SwitchedOn& one : recorded) {
    auto sysctl = AsNamedNow(one, host);
    if (!sysctl) continue;
    const auto value = sysctl->Read(host.proc);
    if (value && *value == one.after) out.push_back({one, *std::move(sysctl)});
  }
  return out;
}

std::expected<std::vector<std::string>, Error> TextsOfStillOn(const HostView& host) {
  std::vector<std::string> texts;
  const auto record = SysctlRecord::OfThisNamespace(host.proc);
  if (!record) return texts;
  const auto recorded = record->Read();
  if (!recorded) return std::unexpected(recorded.error());
  for (const StillOn& one : FindStillOn(*recorded, host)) {
    if (!one.IsBystander()) texts.push_back(one.ToString());
  }
  return texts;
}

bool IsNeeded(const Sysctl& sysctl, const Held& held, const HostView& host) {
  if (const auto family = sysctl.forwarding_family()) return held.families.contains(*family);
  return std::ranges::any_of(held.localhost_targets, [&](const Address& target) {
    const SysctlNeed need = RouteLocalnetNeed(host, target);
    return !need.sysctl || *need.sysctl == sysctl;
  });
}

}  // namespace natplan::cli
