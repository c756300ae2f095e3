#include "cli/iptables_access.h"

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "backends/iptables/iptables_context.h"
#include "backends/iptables/iptables_tool.h"
#include "cli/interrupt.h"
#include "cli/interruptible.h"

namespace natplan::cli {
namespace {

std::expected<IptablesContext, Error> OpenIptables(const std::string& table) {
  return IptablesContext::Make(
      Interruptible(std::make_unique<IptablesTool>(IptablesToolOptions{.running = RunningProgram()})),
      {.table = table, .jitter_seed = static_cast<std::uint64_t>(getpid())});
}

// Whether the programs are to be asked.
std::expected<bool, Error> IsWanted(IptablesContext& context, Backend backend, TimePoint deadline) {
  if (backend != Backend::kAuto) return true;
  return context.Holds(deadline);
}

}  // namespace

std::expected<std::vector<OwnedIntent>, Error> IptablesIntents(const std::string& table, Backend backend,
                                                               TimePoint deadline) {
  auto context = OpenIptables(table);
  if (!context) return std::unexpected(std::move(context.error()));
  const auto wanted = IsWanted(*context, backend, deadline);
  if (!wanted) return std::unexpected(wanted.error());
  if (!*wanted) return std::vector<OwnedIntent>();
  return context->Intents(deadline);
}

std::expected<Report, Error> RemoveIptablesRules(const std::string& table, Backend backend,
                                                 TimePoint deadline) {
  Report all{.by_iptables = true};
  auto context = OpenIptables(table);
  if (!context) return std::unexpected(std::move(context.error()));
  const auto wanted = IsWanted(*context, backend, deadline);
  if (!wanted) return std::unexpected(wanted.error());
  if (!*wanted) return all;
  auto report = context->Apply(IptablesWish{.scope = Scope::kExclusive}, Mode::kApply, deadline);
  if (!report) return std::unexpected(std::move(report.error()));
  all.changed = report->changed;
  all.iptables = std::move(report->lines);
  all.unsupported = std::move(report->unsupported);
  all.notes = std::move(report->notes);
  return all;
}

}  // namespace natplan::cli
