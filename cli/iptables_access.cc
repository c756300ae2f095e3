#include "cli/iptables_access.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "backends/iptables/iptables_context.h"
#include "backends/iptables/iptables_tool.h"
#include "cli/interrupt.h"
#include "cli/interruptible.h"

namespace natplan::cli {
namespace {

std::expected<IptablesContext, Error> OpenIptables(const std::string& table, bool prefer_legacy) {
  return IptablesContext::Make(Interruptible(std::make_unique<IptablesTool>(IptablesToolOptions{
                                   .prefer_legacy = prefer_legacy, .running = RunningProgram()})),
                               {.table = table, .jitter_seed = static_cast<std::uint64_t>(getpid())});
}

// Whether iptables-legacy is looked at in place of what the administrator chose: that first.
std::vector<bool> Variants(Backend backend) {
  return backend == Backend::kAuto ? std::vector<bool>{false, true} : std::vector<bool>{false};
}

IptablesWish Nothing() { return {.scope = Scope::kExclusive}; }

bool HasLines(const IptablesReport& report) { return !report.lines[0].empty() || !report.lines[1].empty(); }

}  // namespace

std::expected<std::vector<OwnedIntent>, Error> IptablesIntents(const std::string& table, Backend backend,
                                                               TimePoint deadline) {
  std::vector<OwnedIntent> all;
  for (const bool prefer_legacy : Variants(backend)) {
    auto context = OpenIptables(table, prefer_legacy);
    if (!context) return std::unexpected(std::move(context.error()));
    auto intents = context->Intents(deadline);
    if (!intents && backend == Backend::kAuto) continue;
    if (!intents) return std::unexpected(std::move(intents.error()));
    all.insert(all.end(), intents->begin(), intents->end());
  }
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::expected<Report, Error> RemoveIptablesRules(const std::string& table, Backend backend,
                                                 TimePoint deadline) {
  Report all{.by_iptables = true};
  for (const bool prefer_legacy : Variants(backend)) {
    auto context = OpenIptables(table, prefer_legacy);
    if (!context) return std::unexpected(std::move(context.error()));
    if (backend == Backend::kAuto) {
      const auto plan = context->Apply(Nothing(), Mode::kPlan, deadline);
      if (!plan || !HasLines(*plan)) continue;
    }
    auto report = context->Apply(Nothing(), Mode::kApply, deadline);
    if (!report) return std::unexpected(std::move(report.error()));
    all.changed = all.changed || report->changed;
    for (std::size_t family = 0; family < all.iptables.size(); ++family) {
      all.iptables[family].insert(all.iptables[family].end(), report->lines[family].begin(),
                                  report->lines[family].end());
    }
    all.notes.insert(all.notes.end(), report->notes.begin(), report->notes.end());
  }
  return all;
}

}  // namespace natplan::cli
