#include "cli/iptables_access.h"

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "backends/iptables/iptables_tool.h"
#include "cli/interrupt.h"
#include "cli/interruptible.h"

namespace natplan::cli {
namespace {

// None: iptables holds nothing of the table, as the kernel says, or as such a name fits into no comment; then
// no program is to be asked.
std::expected<std::optional<IptablesContext>, Error> OpenIptables(const std::string& table, Backend backend,
                                                                  TimePoint deadline) {
  auto context = IptablesContext::Make(
      Interruptible(std::make_unique<IptablesTool>(IptablesToolOptions{.running = RunningProgram()})),
      {.table = table, .jitter_seed = static_cast<std::uint64_t>(getpid())});
  if (backend == Backend::kAuto) {
    if (!context) return std::nullopt;
    const auto holds = context->Holds(deadline);
    if (!holds) return std::unexpected(holds.error());
    if (!*holds) return std::nullopt;
  }
  if (!context) return std::unexpected(std::move(context.error()));
  return *std::move(context);
}

}  // namespace

std::expected<IptablesHeld, Error> ReadIptables(const std::string& table, Backend backend,
                                                TimePoint deadline) {
  auto context = OpenIptables(table, backend, deadline);
  if (!context) return std::unexpected(std::move(context.error()));
  if (!*context) return IptablesHeld();
  return (*context)->Held(deadline);
}

std::expected<Report, Error> RemoveIptablesRules(const std::string& table, Backend backend,
                                                 TimePoint deadline) {
  Report all{.by_iptables = true};
  auto context = OpenIptables(table, backend, deadline);
  if (!context) return std::unexpected(std::move(context.error()));
  if (!*context) return all;
  auto report = (*context)->Apply(IptablesWish{.scope = Scope::kExclusive}, Mode::kApply, deadline);
  if (!report) return std::unexpected(std::move(report.error()));
  all.changed = report->changed;
  all.iptables = std::move(report->lines);
  all.unsupported = std::move(report->unsupported);
  all.notes = std::move(report->notes);
  return all;
}

}  // namespace natplan::cli
