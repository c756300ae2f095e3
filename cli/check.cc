// natplan check: compares the running kernel with a file and changes nothing.
#include <algorithm>
#include <iterator>

#include "cli/commands.h"
#include "cli/difference.h"
#include "cli/host_rules.h"
#include "cli/report.h"
#include "cli/session.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::vector<DifferenceLine> DifferenceOf(const Report& report, const Snapshot& before) {
  std::vector<DifferenceLine> lines;
  // Where the backend has changed, both of them differ.
  if (!report.by_iptables || !report.transaction.operations.empty()) {
    Transaction both = report.first_step;
    both.operations.insert(both.operations.end(), report.transaction.operations.begin(),
                           report.transaction.operations.end());
    lines = Difference(both, before);
  }
  for (std::string& line : IptablesLines(report)) lines.push_back({!IsDelete(line), std::move(line)});
  return lines;
}

void PrintJson(const Report& report, const BackendUse& backend, const std::vector<DifferenceLine>& lines,
               Console& console) {
  Json missing = Json::array();
  Json excess = Json::array();
  for (const DifferenceLine& line : lines) (line.wanted ? missing : excess).push_back(line.text);
  console.PrintJson(Json{{"equal", lines.empty()},
                         {"generation", report.generation},
                         {"missing", std::move(missing)},
                         {"excess", std::move(excess)},
                         {"foreign", report.foreign},
                         {"notes", report.notes},
                         {"backend", backend.name},
                         {"reason", backend.reason}});
}

}  // namespace

ExitCode Run(const CheckOptions& options, Console& console) {
  const CallOptions& call = options.wanted.call;
  auto opened = Open(options.wanted, console);
  if (!opened) return opened.error();
  auto& [wish, session] = *opened;
  Result result = session.nat().Preview(wish.intents);
  if (!result) return console.Fail(result.error(), call.json);
  std::ranges::move(RivalNotes(wish.intents, PlaceOf(options.wanted.table.table, result->by_iptables)),
                    std::back_inserter(result->notes));
  const BackendUse backend = session.Used(*result);
  const std::vector<DifferenceLine> lines = DifferenceOf(*result, session.last_read());
  if (call.json) {
    PrintJson(*result, backend, lines, console);
  } else {
    PrintBackend(backend, console);
    for (const DifferenceLine& line : lines) {
      console.Line(fmt::format("{} {}", line.wanted ? '+' : '-', line.text),
                   line.wanted ? Style::kAdded : Style::kRemoved);
    }
    PrintForeign(*result, console);
    if (lines.empty()) {
      console.Line(fmt::format("# equal: the kernel holds what {} wants", options.wanted.file),
                   Style::kComment);
    }
  }
  const ExitCode code = SayShortcomings(*result, console);
  return code == ExitCode::kDone && !lines.empty() ? ExitCode::kDiffers : code;
}

}  // namespace natplan::cli
