// natplan remove: deletes a table of all families, in one transaction.
#include <chrono>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/removal.h"
#include "cli/report.h"
#include "fmt/format.h"

namespace natplan::cli {

ExitCode Run(const RemoveOptions& options, Console& console) {
  auto kernel = OpenKernel();
  if (!kernel) return console.Fail(kernel.error(), options.json);
  const auto report =
      RemoveTables(**kernel, options.table, std::chrono::steady_clock::now() + options.deadline);
  if (!report) return console.Fail(report.error(), options.json);
  if (options.json) {
    console.PrintJson(ToJson(*report));
  } else if (report->changed) {
    PrintLines(report->transaction, console);
    console.Line(fmt::format("# generation {}", report->generation), Style::kComment);
  } else {
    console.Line(fmt::format("# nothing to do: there is no table {}", options.table), Style::kComment);
  }
  return ExitCode::kDone;
}

}  // namespace natplan::cli
