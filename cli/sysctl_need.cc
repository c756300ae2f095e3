#include "cli/sysctl_need.h"

#include <utility>
#include <variant>

#include "cli/routes.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

SysctlNeed NeedOf(const std::filesystem::path& proc, const Sysctl& sysctl, std::string otherwise) {
  SysctlNeed need{.sysctl = sysctl, .value = sysctl.Read(proc), .otherwise = std::move(otherwise)};
  need.met = need.value.has_value() && *need.value != 0;
  return need;
}

SysctlNeed RouteLocalnetNeed(const std::filesystem::path& proc, const Address& target) {
  const auto interface = InterfaceTowards(proc, target);
  if (!interface) {
    return NeedOf(proc, Sysctl::RouteLocalnetOfAll(),
                  fmt::format("a forward with `localhost` to {} drops what comes from 127.0.0.1, by whatever "
                              "interface it leaves: there is no route yet",
                              target.ToString()));
  }
  SysctlNeed need =
      NeedOf(proc, Sysctl::RouteLocalnet(*interface),
             fmt::format("a forward with `localhost` drops what comes from 127.0.0.1 and leaves by {}",
                         interface->name()));
  const auto of_all = Sysctl::RouteLocalnetOfAll().Read(proc);
  need.met = need.met || (of_all && *of_all != 0);
  return need;
}

void Add(std::vector<SysctlNeed>& needs, SysctlNeed need) {
  for (const SysctlNeed& known : needs) {
    if (known.sysctl == need.sysctl) return;
  }
  needs.push_back(std::move(need));
}

}  // namespace

std::string SysctlNeed::Cure() const {
  if (!value) return value.error().text;
  std::string cure = fmt::format("set it: sysctl -w {}=1, or natplan apply FILE --sysctl", sysctl.name());
  if (sysctl == Sysctl::Forwarding(Family::kIp6)) {
    cure += "; an interface that takes its address from router advertisements then needs accept_ra=2";
  }
  return cure;
}

std::vector<SysctlNeed> ForwardingNeeds(const std::filesystem::path& proc, const std::set<Family>& families) {
  std::vector<SysctlNeed> needs;
  for (const Family family : families) {
    needs.push_back(NeedOf(proc, Sysctl::Forwarding(family),
                           fmt::format("the host does not pass {} packets on between its interfaces",
                                       family == Family::kIp ? "IPv4" : "IPv6")));
  }
  return needs;
}

std::vector<SysctlNeed> SysctlNeeds(const std::filesystem::path& proc, std::span<const Intent> intents) {
  std::set<Family> families;
  for (const Intent& intent : intents) families.insert(FamilyOf(intent));
  std::vector<SysctlNeed> needs = ForwardingNeeds(proc, families);
  for (const Intent& intent : intents) {
    const auto* forward = std::get_if<Forward>(&intent);
    if (forward == nullptr || !forward->localhost || forward->family() != Family::kIp) continue;
    Add(needs, RouteLocalnetNeed(proc, forward->to.address));
  }
  return needs;
}

}  // namespace natplan::cli
