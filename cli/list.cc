// natplan list: what a table of natplan's layout holds, and who wants it.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/holdings.h"
#include "cli/json.h"
#include "cli/listing.h"
#include "cli/switched_on.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// Parameters that natplan switched on: they are no part of the table.
std::vector<std::string> ReadSwitchedOn(Console& console) {
  SwitchedOnTexts texts = TextsOfStillOn(HostView());
  for (const std::string& one : texts.unknown) console.Note(one);
  return std::move(texts.on);
}

}  // namespace

ExitCode Run(const ListOptions& options, Console& console) {
  auto holdings = ReadHoldings(options.table, options.call.backend,
                               std::chrono::steady_clock::now() + options.call.deadline);
  if (!holdings) return console.Fail(holdings.error(), options.call.json);
  if (options.owner) {
    for (FamilyListing& family : holdings->families) family = OnlyOf(options.owner->name(), family);
  }
  const BackendUse& backend = holdings->backend;
  const std::vector<std::string> switched_on = ReadSwitchedOn(console);
  if (options.call.json) {
    Json all = Json::array();
    for (const FamilyListing& family : holdings->families) all.push_back(ToJson(family));
    console.PrintJson(Json{{"table", options.table},
                           {"generation", holdings->generation},
                           {"backend", backend.name},
                           {"reason", backend.reason},
                           {"families", std::move(all)},
                           {"beside", holdings->beside ? ToJson(*holdings->beside) : Json()},
                           {"sysctls_on", switched_on}});
    if (holdings->beside) console.Error(*holdings->beside);
    return holdings->beside ? ToExitCode(holdings->beside->code) : ExitCode::kDone;
  }
  PrintBackend(backend, console);
  const bool iptables = backend.name == "iptables";
  for (const FamilyListing& family : holdings->families) {
    console.Line(
        fmt::format("{} {} {}", iptables ? "iptables" : "table", Name(family.family), options.table));
    Print(family, console);
  }
  if (holdings->families.empty()) {
    console.Line((iptables ? "# there are no rules of " : "# there is no table ") + options.table,
                 Style::kComment);
  }
  if (!switched_on.empty()) console.Line("kernel parameters that natplan switched on");
  for (const std::string& one : switched_on) console.Line("    " + one);
  return holdings->beside ? console.Fail(*holdings->beside, false) : ExitCode::kDone;
}

}  // namespace natplan::cli
