// natplan remove: deletes a table of all families, in one transaction; or what one owner wants.
#include <algorithm>
#include <chrono>
#include <expected>
#include <iterator>
#include <utility>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/iptables_access.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/leftovers.h"
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

// With backend kAuto, what iptables has as well: none of it is looked for less because of the other.
std::expected<Report, Error> RemoveAll(const RemoveOptions& options) {
  const Backend backend = options.call.backend;
  const TimePoint deadline = std::chrono::steady_clock::now() + options.call.deadline;
  if (backend == Backend::kIptables) return RemoveIptablesRules(options.table, backend, deadline);
  if (backend == Backend::kAuto) {
    // What cannot be read could not be removed after the table is gone.
    if (auto held = ReadIptables(options.table, backend, deadline); !held)
      return std::unexpected(std::move(held.error()));
  }
  auto by_nftables = RemoveFromNftables(options, deadline);
  if (backend == Backend::kNftables) return by_nftables;
  if (!by_nftables && by_nftables.error().code != ErrorCode::kNotSupported) return by_nftables;
  auto by_iptables = RemoveIptablesRules(options.table, backend, deadline);
  const bool removed = by_nftables && by_nftables->changed;
  if (!by_iptables) {
    if (removed) {
      by_iptables.error().code = ErrorCode::kUnknownOutcome;
      by_iptables.error().text =
          fmt::format("the table {} of nf_tables was removed, but not what iptables may have: {}",
                      options.table, by_iptables.error().text);
    }
    return by_iptables;
  }
  if (!by_nftables || (by_iptables->changed && !removed)) return by_iptables;
  by_nftables->changed |= by_iptables->changed;
  by_nftables->iptables = std::move(by_iptables->iptables);
  by_nftables->unsupported = std::move(by_iptables->unsupported);
  std::ranges::move(by_iptables->notes, std::back_inserter(by_nftables->notes));
  return by_nftables;
}

}  // namespace

ExitCode Run(const RemoveOptions& options, Console& console) {
  if (options.owner) return RemoveOwner(options.table, *options.owner, options.call, false, console);
  const bool json = options.call.json;
  Leftovers leftovers(options.table, options.call);
  leftovers.BeforeChange([](const ForwardListing&) { return false; });
  auto report = RemoveAll(options);
  // Both backends may have had a part in it.
  Settle(report);
  if (!report) {
    leftovers.AfterFailure(console);
    return console.Fail(report.error(), json);
  }
  const Leftovers::Result left = leftovers.AfterChange();
  std::ranges::copy(left.notes, std::back_inserter(report->notes));
  BackendUse backend;
  if (report->by_iptables) {
    backend = {.name = "iptables",
               .reason = options.call.backend == Backend::kIptables
                             ? "it was asked for"
                             : fmt::format("nf_tables has no table {}", options.table)};
  }
  if (json) {
    Json out = ToJson(*report, backend);
    AddTo(left, out);
    console.PrintJson(out);
  } else if (report->changed) {
    PrintChange(*report, backend, nullptr, console);
  } else {
    PrintBackend(backend, console);
    const char* what = report->by_iptables ? "are no rules of" : "is no table";
    console.Line(fmt::format("# nothing to do: there {} {}", what, options.table), Style::kComment);
  }
  if (!json) Print(left, console);
  return SayParameterError(left.error, SayShortcomings(*report, console), console);
}

}  // namespace natplan::cli
