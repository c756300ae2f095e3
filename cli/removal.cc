#include "cli/removal.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "backends/read_until.h"
#include "core/plan/backoff.h"
#include "core/plan/foreign_table.h"
#include "core/plan/recovery.h"

namespace natplan::cli {
namespace {

// Deletes what a fresh reading shows, until a reading shows nothing or a deletion went through.
class Removal {
 public:
  Removal(Executor& kernel, const std::string& table, TimePoint deadline, bool force)
      : kernel_(kernel),
        table_(table),
        deadline_(deadline),
        force_(force),
        backoff_(static_cast<std::uint64_t>(getpid())) {}

  std::expected<Report, Error> Run() {
    for (;;) {
      const auto snapshot = ReadUntil(deadline_, kernel_, ReadRequest{.tables = Tables()});
      if (!snapshot) return std::unexpected(Final(snapshot.error()));
      if (snapshot->tables.empty()) {
        // After an unknown outcome this says that it was carried out.
        return Report{
            .changed = unknown_, .generation = snapshot->generation, .transaction = std::move(sent_)};
      }
      for (const TableSnapshot& table : snapshot->tables) {
        if (force_) break;
        if (auto foreign = WhyForeign(table)) return std::unexpected(Final(*std::move(foreign)));
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
    for (const Family family : kFamilies) out.push_back({family, table_});
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
  const std::string& table_;
  const TimePoint deadline_;
  const bool force_;
  Backoff backoff_;
  Transaction sent_;
  bool unknown_ = false;
};

}  // namespace

std::expected<Report, Error> RemoveTables(Executor& kernel, const std::string& table, TimePoint deadline,
                                          bool force) {
  return Removal(kernel, table, deadline, force).Run();
}

}  // namespace natplan::cli
