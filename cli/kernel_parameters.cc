#include "cli/kernel_parameters.h"

#include <algorithm>
#include <cerrno>
#include <expected>

#include "cli/interface_forwarding.h"
#include "cli/ra_dependence.h"
#include "cli/route_need.h"
#include "cli/sysctl_need.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

void NameRoutes(std::span<const Intent> intents, const HostView& host, Parameters& out) {
  for (const RouteNeed& need : RouteNeeds(host, intents)) {
    if (!need.met) out.notes.push_back(fmt::format("{}: {}", need.Otherwise(), need.Cure()));
  }
}

void Name(const SysctlNeed& need, Parameters& out) {
  // There is a parameter, and it cannot be read: it may be as it is needed.
  if (need.sysctl && !need.value) {
    out.notes.push_back(need.value.error().text);
    return;
  }
  out.missing.push_back(need.name);
  out.notes.push_back(fmt::format("{}; {}", need.otherwise, need.Cure()));
}

// Whether the target is still reached by the interface that was looked up: another one may have its name by
// now.
bool StillLeadsThere(const SysctlNeed& need, const HostView& host) {
  if (!need.route) return true;
  const auto now = host.route(*need.target);
  return now && *now == need.route;
}

class Setter {
 public:
  Setter(bool accept_ra, const HostView& host, const std::expected<SysctlRecord, Error>& record)
      : accept_ra_(accept_ra), host_(host), record_(record) {}

  Parameters Set(std::span<const Intent> intents) {
    NameRoutes(intents, host_, out_);
    std::vector<SysctlNeed> unmet;
    for (SysctlNeed& need : SysctlNeeds(host_, intents)) {
      if (need.met) continue;
      need.sysctl ? unmet.push_back(std::move(need)) : Name(need, out_);
    }
    const bool ip6 =
        std::ranges::find(unmet, Sysctl::Forwarding(Family::kIp6), &SysctlNeed::sysctl) != unmet.end();
    if (const auto kept = ip6 ? KeepLearntRoutes() : std::expected<void, Error>(); !kept) {
      for (const SysctlNeed& need : unmet) out_.missing.push_back(need.name);
      out_.error = kept.error();
      return std::move(out_);
    }
    for (const SysctlNeed& need : unmet) {
      if (const auto done = Set(need); !done) {
        out_.missing.push_back(need.name);
        if (!out_.error) out_.error = done.error();
      }
    }
    return std::move(out_);
  }

 private:
  // Before IPv6 forwarding is switched on.
  std::expected<void, Error> KeepLearntRoutes() {
    const auto dependents = FindRaDependents(host_.proc);
    if (!dependents) return std::unexpected(dependents.error());
    const auto deaf = std::ranges::find(*dependents, 0, &RaDependent::accept_ra);
    if (deaf != dependents->end()) return std::unexpected(Deaf(*deaf));
    if (!accept_ra_ && !dependents->empty()) return std::unexpected(NoConsent(*dependents));
    for (const RaDependent& one : *dependents) {
      const auto index = host_.interface_index(one.interface);
      if (auto done = Write({Sysctl::AcceptRa(one.interface), index, one.accept_ra, 2}); !done) return done;
    }
    // An advertisement may have come in by another interface meanwhile.
    const auto rest = FindRaDependents(host_.proc);
    if (!rest) return std::unexpected(rest.error());
    if (!rest->empty()) {
      return std::unexpected(
          Error{.code = ErrorCode::kEnvironment,
                .errno_value = EAGAIN,
                .text = fmt::format("{} learnt routes from a router advertisement meanwhile: natplan apply "
                                    "FILE --sysctl --accept-ra again",
                                    rest->front().interface.name())});
    }
    return {};
  }

  static Error NoConsent(const std::vector<RaDependent>& dependents) {
    std::vector<std::string> names;
    for (const RaDependent& one : dependents) names.push_back(one.interface.name());
    return {.code = ErrorCode::kRefused,
            .errno_value = EPERM,
            .text = fmt::format(
                "no kernel parameter was set: with net.ipv6.conf.all.forwarding=1 the kernel deletes the "
                "default routes that it learnt from router advertisements, and hears no more of them, on {}. "
                "Add --accept-ra to have accept_ra=2 set there first",
                fmt::join(names, ", "))};
  }

  static Error Deaf(const RaDependent& one) {
    const std::string& name = one.interface.name();
    return {
        .code = ErrorCode::kRefused,
        .errno_value = EPERM,
        .text = fmt::format(
            "no kernel parameter was set: with net.ipv6.conf.all.forwarding=1 the kernel deletes the default "
            "route of {0}, which it learnt from a router advertisement, and {1}=0 lets it hear no other. "
            "Write a default route of your own there (ip -6 route replace default via ROUTER dev {0}) and "
            "delete the one that was learnt, or set {1}=2",
            name, Sysctl::AcceptRa(one.interface).name())};
  }

  std::expected<void, Error> Set(const SysctlNeed& need) {
    const int before = need.value.value_or(0);
    for (const Family family : kFamilies) {
      if (need.sysctl == Sysctl::Forwarding(family)) RecordBystanders(family);
    }
    const SwitchedOn one{*need.sysctl, need.route ? need.route->index : 0, before, 1};
    if (auto done = Write(one); !done || StillLeadsThere(need, host_)) return done;
    const auto undone = one.sysctl.Write(host_.proc, before);
    if (undone) out_.set.pop_back();
    return std::unexpected(
        Error{.code = ErrorCode::kEnvironment,
              .errno_value = EAGAIN,
              .text = fmt::format("the route to {} moved while {} was set; it was {}; natplan apply FILE "
                                  "--sysctl again",
                                  need.target->ToString(), need.name,
                                  undone ? "put back" : "not put back: " + undone.error().text)});
  }

  // What the kernel sets to something else when the common switch is switched off again: each interface's
  // own, that of interfaces to come, and for IPv4 whether redirects are heard.
  // Kernel: net/ipv4/devinet.c inet_forward_change(), net/ipv6/addrconf.c addrconf_forward_change() (6.18)
  void RecordBystanders(Family family) {
    for (const Sysctl& one : ReadForwardingOnItsOwn(host_.proc, family))
      Record({one, one.interface() ? host_.interface_index(*one.interface()) : 0, 1, 1});
    const Sysctl redirects = Sysctl::AcceptRedirectsOfAll();
    if (family == Family::kIp && redirects.Read(host_.proc) == 0) Record({redirects, 0, 0, 0});
  }

  std::expected<void, Error> Write(const SwitchedOn& one) {
    const bool recorded = Record(one);
    if (auto written = one.sysctl.Write(host_.proc, one.after); !written) return written;
    out_.set.push_back(fmt::format("{} = {}", one.sysctl.name(), one.after));
    if (!recorded) {
      out_.notes.push_back(
          fmt::format("{}; natplan will not know that {} was {}, and not put it back: sysctl -w {}={}",
                      not_recorded_.text, one.sysctl.name(), one.before, one.sysctl.name(), one.before));
    }
    return {};
  }

  bool Record(const SwitchedOn& one) {
    auto added = record_ ? SysctlRecord(*record_).Add(one) : std::unexpected(record_.error());
    if (!added) not_recorded_ = std::move(added.error());
    return added.has_value();
  }

  const bool accept_ra_;
  const HostView& host_;
  const std::expected<SysctlRecord, Error>& record_;
  Error not_recorded_;
  Parameters out_;
};

}  // namespace

Parameters NameParameters(std::span<const Intent> intents, const HostView& host) {
  Parameters out;
  NameRoutes(intents, host, out);
  for (const SysctlNeed& need : SysctlNeeds(host, intents)) {
    if (!need.met) Name(need, out);
  }
  return out;
}

Parameters SetParameters(std::span<const Intent> intents, bool accept_ra, const HostView& host,
                         const std::expected<SysctlRecord, Error>& record) {
  return Setter(accept_ra, host, record).Set(intents);
}

}  // namespace natplan::cli
