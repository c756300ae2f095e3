// natplan remove: deletes a table of all families, in one transaction; or what one owner wants.
#include <chrono>
#include <expected>
#include <utility>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/iptables_access.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/owner_removal.h"
#include "cli/removal.h"
#include "cli/report.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::expected<Report, Error> RemoveFromNftables(const RemoveOptions& options, TimePoint deadline) {
  auto kernel = OpenKernel();
  if (!kernel) return std::unexpected(std::move(kernel.error()));
  return RemoveTables(**kernel, options.table, deadline, options.force);
}

// With backend kAuto, the rules of iptables where nf_tables has no such table.
std::expected<Report, Error> RemoveAll(const RemoveOptions& options) {
  const Backend backend = options.call.backend;
  const TimePoint deadline = std::chrono::steady_clock::now() + options.call.deadline;
  std::expected<Report, Error> by_nftables = Report();
  if (backend != Backend::kIptables) {
    by_nftables = RemoveFromNftables(options, deadline);
    const bool lacking = !by_nftables && by_nftables.error().code == ErrorCode::kNotSupported;
    if (backend == Backend::kNftables || !(lacking || (by_nftables && !by_nftables->changed)))
      return by_nftables;
  }
  auto by_iptables = RemoveIptablesRules(options.table, backend, deadline);
  const bool nothing = by_iptables && !by_iptables->changed;
  return nothing && backend == Backend::kAuto && by_nftables ? by_nftables : by_iptables;
}

}  // namespace

ExitCode Run(const RemoveOptions& options, Console& console) {
  if (options.owner) return RemoveOwner(options.table, *options.owner, options.call, false, console);
  const bool json = options.call.json;
  const auto report = RemoveAll(options);
  // Both backends may have had a part in it.
  Settle(report);
  if (!report) return console.Fail(report.error(), json);
  BackendUse backend;
  if (report->by_iptables) {
    backend = {.name = "iptables",
               .reason = options.call.backend == Backend::kIptables
                             ? "it was asked for"
                             : fmt::format("nf_tables has no table {}", options.table)};
  }
  if (json) {
    console.PrintJson(ToJson(*report, backend));
  } else if (report->changed) {
    PrintChange(*report, backend, nullptr, console);
  } else {
    PrintBackend(backend, console);
    const char* what = report->by_iptables ? "are no rules of" : "is no table";
    console.Line(fmt::format("# nothing to do: there {} {}", what, options.table), Style::kComment);
  }
  return SayShortcomings(*report, console);
}

}  // namespace natplan::cli
