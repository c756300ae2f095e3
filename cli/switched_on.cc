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

FoundOn FindStillOn(const std::expected<SysctlRecord, Error>& record, const HostView& host) {
  auto recorded = record ? record->Read() : std::unexpected(record.error());
  if (!recorded) return {.unknown = {std::move(recorded.error().text)}};
  FoundOn out{.unknown = std::move(recorded->damage)};
  for (const SwitchedOn& one : recorded->switched_on) {
    auto sysctl = AsNamedNow(one, host);
    if (!sysctl) continue;
    auto value = sysctl->Read(host.proc);
    if (value && *value == one.after) out.on.push_back({one, *std::move(sysctl)});
    // What there is no more is not on.
    if (!value && value.error().code != ErrorCode::kNotSupported)
      out.unknown.push_back(std::move(value.error().text));
  }
  return out;
}

FoundOn StillOnHere(const HostView& host) {
  FoundOn found = FindStillOn(SysctlRecord::OfThisNamespace(host.proc), host);
  std::erase_if(found.on, [](const StillOn& one) { return one.IsBystander(); });
  return found;
}

SwitchedOnTexts TextsOfStillOn(const HostView& host) {
  FoundOn found = StillOnHere(host);
  SwitchedOnTexts texts{.unknown = std::move(found.unknown)};
  for (const StillOn& one : found.on) texts.on.push_back(one.ToString());
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
