// natplan apply: makes the running kernel hold what the file wants, in one transaction.
#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/commands.h"
#include "cli/host_rules.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/kernel_parameters.h"
#include "cli/leftovers.h"
#include "cli/report.h"
#include "cli/session.h"

namespace natplan::cli {
namespace {

Parameters CareFor(std::span<const Intent> intents, const ApplyOptions& options) {
  if (!options.wanted.call.sysctl) return NameParameters(intents);
  const HostView host;
  return SetParameters(intents, options.accept_ra, host, SysctlRecord::OfThisNamespace(host.proc));
}

}  // namespace

ExitCode Run(const ApplyOptions& options, Console& console) {
  const FileOptions& wanted = options.wanted;
  auto opened = Open(wanted, console);
  if (!opened) return opened.error();
  auto& [wish, session] = *opened;
  Leftovers leftovers(wanted.table.table, wanted.call);
  leftovers.BeforeChange(
      [&](const ForwardListing& one) { return !wanted.table.exclusive && one.owner != wish.owner.name(); },
      wish.intents);
  Request request{.replaced = wish.owner, .intents = wish.intents, .alone = true};
  auto report = session.Run([&](Nat& nat) { return nat.Do(std::move(request), Mode::kApply); },
                            wanted.call.json, console);
  if (!report) {
    leftovers.AfterFailure(console);
    return report.error();
  }
  const BackendUse backend = session.Used(*report);
  std::ranges::move(RivalNotes(wish.intents, PlaceOf(wanted.table.table, report->by_iptables)),
                    std::back_inserter(report->notes));
  // What was carried out stays, whether or not the parameters can be set: it is said first.
  const Standing table = CurrentStanding();
  if (wanted.call.sysctl) SetStanding(Standing::kParameters);
  const Parameters parameters = CareFor(wish.intents, options);
  const Leftovers::Result left = leftovers.AfterChange();
  for (const auto* notes : {&parameters.notes, &left.notes})
    std::ranges::copy(*notes, std::back_inserter(report->notes));
  SetStanding(parameters.set.empty() && left.put_back.empty() ? table : Standing::kChanged);
  if (wanted.call.json) {
    Json json = ToJson(*report, backend);
    json["sysctls_set"] = parameters.set;
    json["sysctls_missing"] = parameters.missing;
    AddTo(left, json);
    console.PrintJson(json);
  } else {
    PrintChange(*report, backend, session.unanswered(), console);
    for (const std::string& name : parameters.set) console.Line("# sysctl " + name, Style::kComment);
    Print(left, console);
  }
  if (!report->by_iptables) NoteOwnerIsNotKept(wanted.table.table, wanted.owner, console);
  const ExitCode code = SayParameterError(parameters.error, SayShortcomings(*report, console), console);
  return SayParameterError(left.error, code, console);
}

}  // namespace natplan::cli
