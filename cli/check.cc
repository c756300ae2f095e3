// natplan check: compares the running kernel with a file and changes nothing.
#include <memory>
#include <utility>

#include "backends/nat.h"
#include "cli/commands.h"
#include "cli/difference.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/load.h"
#include "cli/report.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

void PrintJson(const Report& report, const std::vector<DifferenceLine>& lines, Console& console) {
  Json missing = Json::array();
  Json excess = Json::array();
  for (const DifferenceLine& line : lines) (line.wanted ? missing : excess).push_back(line.text);
  console.PrintJson(Json{{"equal", lines.empty()},
                         {"generation", report.generation},
                         {"missing", std::move(missing)},
                         {"excess", std::move(excess)},
                         {"foreign", report.foreign}});
}

}  // namespace

ExitCode Run(const CheckOptions& options, Console& console) {
  const auto intents = Load(options.file, options.json, console);
  if (!intents) return intents.error();
  auto opened = OpenKernel();
  if (!opened) return console.Fail(opened.error(), options.json);
  auto witness = std::make_unique<Witness>(std::move(*opened));
  const Witness& kernel = *witness;
  Nat nat(std::move(witness),
          {.table = options.table.table, .scope = options.table.scope(), .deadline = options.deadline});
  const Result result = nat.Preview(*intents);
  if (!result) return console.Fail(result.error(), options.json);
  const std::vector<DifferenceLine> lines = Difference(result->transaction, kernel.last_read());
  if (options.json) {
    PrintJson(*result, lines, console);
  } else {
    for (const DifferenceLine& line : lines) {
      console.Line(fmt::format("{} {}", line.wanted ? '+' : '-', line.text),
                   line.wanted ? Style::kAdded : Style::kRemoved);
    }
    PrintForeign(*result, console);
    if (lines.empty()) {
      console.Line(fmt::format("# equal: the kernel holds what {} wants", options.file), Style::kComment);
    }
  }
  return lines.empty() ? ExitCode::kDone : ExitCode::kDiffers;
}

}  // namespace natplan::cli
