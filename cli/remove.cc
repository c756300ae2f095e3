// natplan remove: deletes a table of all families, in one transaction.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/report.h"
#include "core/plan/backoff.h"
#include "core/plan/recovery.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// Deletes what a fresh reading shows, until a reading shows nothing or a deletion went through.
class Removal {
 public:
  Removal(Executor& kernel, const RemoveOptions& options)
      : kernel_(kernel),
        options_(options),
        deadline_(std::chrono::steady_clock::now() + options.deadline),
        backoff_(static_cast<std::uint64_t>(getpid())) {}

  // `sent` is the last transaction, whatever became of it.
  std::expected<Report, Error> Run() {
    for (;;) {
      const auto snapshot = ReadUntil(deadline_, kernel_, ReadRequest{.tables = Tables()});
      if (!snapshot) return std::unexpected(Final(snapshot.error()));
      if (snapshot->tables.empty()) {
        // After an unknown outcome this says that it was carried out.
        return Report{
            .changed = unknown_, .generation = snapshot->generation, .transaction = std::move(sent_)};
      }
      sent_ = {.operations = {}, .required_generation = snapshot->generation};
      for (const TableSnapshot& table : snapshot->tables) sent_.operations.push_back(DeleteTable{table.id});
      const Outcome outcome = kernel_.Commit(sent_, deadline_);
      if (std::holds_alternative<Committed>(outcome)) {
        // nf_tables skips generation 0.
        const std::uint32_t next = snapshot->generation == UINT32_MAX ? 1 : snapshot->generation + 1;
        return Report{.changed = true, .generation = next, .transaction = std::move(sent_)};
      }
      if (auto error = Reason(outcome)) return std::unexpected(Final(std::move(*error)));
      const TimePoint next = std::chrono::steady_clock::now() + backoff_.Next();
      if (next >= deadline_) {
        return std::unexpected(
            Final({.code = ErrorCode::kDeadline,
                   .errno_value = ETIMEDOUT,
                   .text = "other programs changed the ruleset in between until the time was over; "
                           "try again, or give more time with --deadline"}));
      }
      std::this_thread::sleep_until(next);
    }
  }

 private:
  std::vector<TableId> Tables() const {
    std::vector<TableId> out;
    for (const Family family : kFamilies) out.push_back({family, options_.table});
    return out;
  }

  // Why there is no use in another try; none if there is.
  std::optional<Error> Reason(const Outcome& outcome) {
    if (const auto* refused = std::get_if<Refused>(&outcome)) return Classify(sent_, *refused).error;
    if (const auto* not_sent = std::get_if<NotSent>(&outcome)) return Classify(*not_sent);
    unknown_ = true;
    return std::nullopt;
  }

  // What is said of a failure after an answer was lost.
  Error Final(Error error) const {
    if (!unknown_) return error;
    error.code = ErrorCode::kUnknownOutcome;
    error.text = "the tables may or may not have been removed; " + error.text;
    return error;
  }

  Executor& kernel_;
  const RemoveOptions& options_;
  TimePoint deadline_;
  Backoff backoff_;
  Transaction sent_;
  bool unknown_ = false;
};

}  // namespace

ExitCode Run(const RemoveOptions& options, Console& console) {
  auto kernel = OpenKernel();
  if (!kernel) return console.Fail(kernel.error(), options.json);
  const auto report = Removal(**kernel, options).Run();
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
