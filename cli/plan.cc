// natplan plan: what would be done, on an empty kernel or on the running one.
#include <memory>
#include <string>
#include <utility>

#include "backends/iptables/iptables_runner.h"
#include "backends/nat.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/report.h"
#include "cli/session.h"
#include "core/text/iptables_text.h"
#include "core/wire/batch.h"
#include "core/wire/describe.h"
#include "fmt/format.h"

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

// The same for iptables.
class EmptyIptables final : public IptablesRunner {
 public:
  std::expected<std::string, Error> Save(IptablesSide, Family, TimePoint) override { return ""; }
  std::expected<void, Error> Restore(IptablesSide, Family, const std::string&, bool, TimePoint) override {
    return std::unexpected(Error());
  }
  std::expected<bool, Error> Holds(IptablesSide, Family, std::string_view, std::string_view,
                                   TimePoint) override {
    return false;
  }
  std::expected<FileLock, Error> Lock(TimePoint) override { return std::unexpected(Error()); }
};

Result PreviewOnNothing(const FileOptions& options, const Wish& wish) {
  const bool iptables = options.call.backend == Backend::kIptables;
  Nat nat({.nftables = std::make_unique<EmptyKernel>(), .iptables = std::make_unique<EmptyIptables>()},
          {.table = options.table.table,
           .scope = options.table.scope(),
           .owner = wish.owner,
           .force = options.table.force,
           .deadline = options.call.deadline,
           .backend = iptables ? Backend::kIptables : Backend::kNftables});
  Result result = nat.Preview(wish.intents);
  // Nobody knows the generation of a kernel that was not read.
  if (result) result->transaction.required_generation.reset();
  return result;
}

ExitCode Print(const PlanOptions& options, const Report& report, const BackendUse& backend,
               Console& console) {
  const Transaction& transaction = report.transaction;
  if (options.wanted.call.json) {
    console.PrintJson(Json{{"table", options.wanted.table.table},
                           {"first_step", ToJson(report.first_step)},
                           {"operations", ToJson(transaction)},
                           {"foreign", report.foreign},
                           {"backend", backend.name},
                           {"reason", backend.reason},
                           {"iptables", IptablesLines(report)}});
    return ExitCode::kDone;
  }
  if (options.bytes && report.by_iptables) {
    return console.Fail({.code = ErrorCode::kInvalidArgument,
                         .text = "iptables is given text and no netlink messages; leave out --bytes"},
                        false);
  }
  if (options.bytes) {
    if (!report.first_step.operations.empty()) console.Print(Describe(Encode(report.first_step, 1).bytes));
    console.Print(Describe(Encode(transaction, 1).bytes));
    return ExitCode::kDone;
  }
  PrintBackend(backend, console);
  for (const Family family : kFamilies) {
    const auto& lines = report.iptables[family];
    if (lines.empty()) continue;
    console.Line(fmt::format("# for {}-restore --noflush", IptablesName(family)), Style::kComment);
    console.Print(RestoreInput(lines));
  }
  PrintTransactions(report, console);
  PrintForeign(report, console);
  if (transaction.operations.empty() && IptablesLines(report).empty())
    console.Line("# nothing to do", Style::kComment);
  return ExitCode::kDone;
}

}  // namespace

ExitCode Run(const PlanOptions& options, Console& console) {
  const FileOptions& wanted = options.wanted;
  if (options.against_live) {
    auto opened = Open(wanted, console);
    if (!opened) return opened.error();
    const Result result = opened->session.nat().Preview(opened->wish.intents);
    if (!result) return console.Fail(result.error(), wanted.call.json);
    return Print(options, *result, opened->session.Used(*result), console);
  }
  const auto wish = LoadWish(wanted.file, wanted.owner, wanted.call.deadline, wanted.call.json, console);
  if (!wish) return wish.error();
  const Result result = PreviewOnNothing(wanted, *wish);
  if (!result) return console.Fail(result.error(), wanted.call.json);
  const BackendUse iptables{.name = "iptables", .reason = "it was asked for"};
  return Print(options, *result, result->by_iptables ? iptables : BackendUse(), console);
}

}  // namespace natplan::cli
