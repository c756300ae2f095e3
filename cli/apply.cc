// natplan apply: makes the running kernel hold what the file wants, in one transaction.
#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/commands.h"
#include "cli/host_rules.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/kernel_parameters.h"
#include "cli/report.h"
#include "cli/session.h"

namespace natplan::cli {

ExitCode Run(const ApplyOptions& options, Console& console) {
  const FileOptions& wanted = options.wanted;
  auto opened = Open(wanted, console);
  if (!opened) return opened.error();
  auto& [wish, session] = *opened;
  Request request{.replaced = wish.owner, .intents = wish.intents, .alone = true};
  auto report = session.Run([&](Nat& nat) { return nat.Do(std::move(request), Mode::kApply); },
                            wanted.call.json, console);
  if (!report) return report.error();
  const BackendUse backend = session.Used(*report);
  std::ranges::move(RivalNotes(wish.intents, PlaceOf(wanted.table.table, report->by_iptables)),
                    std::back_inserter(report->notes));
  // What was carried out stays, whether or not the parameters can be set: it is said first.
  const Standing table = CurrentStanding();
  if (options.sysctl) SetStanding(Standing::kParameters);
  const Parameters parameters = CareForParameters(wish.intents, options.sysctl);
  std::ranges::copy(parameters.notes, std::back_inserter(report->notes));
  SetStanding(parameters.set.empty() ? table : Standing::kChanged);
  if (wanted.call.json) {
    Json json = ToJson(*report, backend);
    json["sysctls_set"] = parameters.set;
    json["sysctls_missing"] = parameters.missing;
    console.PrintJson(json);
  } else {
    PrintChange(*report, backend, session.unanswered(), console);
    for (const std::string& name : parameters.set) console.Line("# sysctl " + name, Style::kComment);
  }
  if (!report->by_iptables) NoteOwnerIsNotKept(wanted.table.table, wanted.owner, console);
  const ExitCode code = SayShortcomings(*report, console);
  if (!parameters.error) return code;
  console.Error(*parameters.error);
  return code == ExitCode::kDone ? ToExitCode(parameters.error->code) : code;
}

}  // namespace natplan::cli
