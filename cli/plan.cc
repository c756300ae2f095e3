// natplan plan: what would be done, on an empty kernel or on the running one.
#include <memory>
#include <utility>

#include "backends/nat.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/load.h"
#include "cli/report.h"
#include "core/wire/batch.h"
#include "core/wire/describe.h"

namespace natplan::cli {
namespace {

// A kernel in which nothing is, and which is never asked to change.
class EmptyKernel final : public Executor {
 public:
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest&, TimePoint) override {
    return Snapshot{.generation = 1};
  }
  Outcome Commit(const Transaction&, TimePoint) override { return NotSent{}; }
  Drained Drain(const std::vector<TableId>&, std::uint32_t) override { return {}; }
};

std::expected<std::unique_ptr<Executor>, Error> KernelOf(const PlanOptions& options) {
  if (options.against_live) return OpenKernel();
  return std::make_unique<EmptyKernel>();
}

}  // namespace

ExitCode Run(const PlanOptions& options, Console& console) {
  const auto intents = Load(options.file, options.json, console);
  if (!intents) return intents.error();
  auto kernel = KernelOf(options);
  if (!kernel) return console.Fail(kernel.error(), options.json);
  Nat nat(std::move(*kernel),
          {.table = options.table.table, .scope = options.table.scope(), .deadline = options.deadline});
  const Result result = nat.Preview(*intents);
  if (!result) return console.Fail(result.error(), options.json);
  Transaction transaction = result->transaction;
  // Nobody knows the generation of a kernel that was not read.
  if (!options.against_live) transaction.required_generation.reset();
  if (options.json) {
    console.PrintJson(Json{
        {"table", options.table.table}, {"operations", ToJson(transaction)}, {"foreign", result->foreign}});
  } else if (options.bytes) {
    console.Print(Describe(Encode(transaction, 1).bytes));
  } else {
    PrintLines(transaction, console);
    PrintForeign(*result, console);
    if (transaction.operations.empty()) console.Line("# nothing to do", Style::kComment);
  }
  return ExitCode::kDone;
}

}  // namespace natplan::cli
