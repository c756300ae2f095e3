// natplan remove: deletes a table of all families, in one transaction; or what one owner wants.
#include <algorithm>
#include <chrono>
#include <expected>
#include <iterator>
#include <utility>

#include "cli/commands.h"
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

std::expected<Report, Error> RemoveFromNftables(const std::string& table, TimePoint deadline) {
  auto kernel = OpenKernel();
  if (!kernel) return std::unexpected(std::move(kernel.error()));
  return RemoveTables(**kernel, table, deadline);
}

// With backend kAuto, the rules of iptables where nf_tables has no such table.
std::expected<Report, Error> RemoveAll(const RemoveOptions& options) {
  const Backend backend = options.call.backend;
  const TimePoint deadline = std::chrono::steady_clock::now() + options.call.deadline;
  std::expected<Report, Error> by_nftables = Report();
  if (backend != Backend::kIptables) {
    by_nftables = RemoveFromNftables(options.table, deadline);
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
  Leftovers leftovers(options.table, options.call);
  leftovers.BeforeChange([](const ForwardListing&) { return false; });
  auto report = RemoveAll(options);
  if (!report) {
    leftovers.AfterFailure();
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
