#include "backends/wrappers/tracing_executor.h"

#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "core/text/nft_text.h"
#include "core/values/address.h"

namespace natplan {
namespace {

std::string ErrnoText(int errno_value) {
  return std::generic_category().message(errno_value) + " (errno " + std::to_string(errno_value) + ")";
}

std::string WithText(std::string line, const std::string& text) {
  if (!text.empty()) line += ": " + text;
  return line;
}

std::string TableLine(const TableId& table) { return "table " + TableText(table); }

template <typename Range, typename Function>
std::string Join(const Range& range, Function text_of) {
  std::string joined;
  for (const auto& item : range) {
    if (!joined.empty()) joined += ", ";
    joined += text_of(item);
  }
  return joined;
}

std::string RefusalLine(const Transaction& transaction, const Refusal& refusal) {
  std::string line = "# refused: ";
  if (!refusal.operation || *refusal.operation >= transaction.operations.size()) {
    line += "the batch";
  } else {
    const Operation& operation = transaction.operations[*refusal.operation];
    if (refusal.element) {
      line += ToLine(operation, *refusal.element);
    } else {
      const std::vector<std::string> lines = ToLines(operation);
      line += lines.empty() ? "operation " + std::to_string(*refusal.operation) : lines.front();
      if (lines.size() > 1) line += " and " + std::to_string(lines.size() - 1) + " more";
    }
  }
  line += ": " + ErrnoText(refusal.errno_value);
  if (!refusal.missing_name.empty()) line += ", missing: " + refusal.missing_name;
  return WithText(std::move(line), refusal.message);
}

// Prints an Outcome.
struct OutcomePrinter {
  const Transaction& transaction;
  const TracingExecutor::Sink& sink;

  void operator()(const Committed&) const {
    sink(transaction.check_only ? "# would be committed" : "# committed");
  }
  void operator()(const Refused& refused) const {
    for (const Refusal& refusal : refused.refusals) sink(RefusalLine(transaction, refusal));
  }
  void operator()(const NotSent& not_sent) const {
    sink(WithText("# not sent: " + ErrnoText(not_sent.errno_value), not_sent.text));
  }
  void operator()(const Unknown& unknown) const {
    sink("# outcome unknown: " + ErrnoText(unknown.errno_value));
  }
};

}  // namespace

TracingExecutor::TracingExecutor(Executor& executor, Sink sink)
    : executor_(executor), sink_(std::move(sink)) {}

std::expected<Snapshot, ReadFailure> TracingExecutor::Read(const ReadRequest& request, TimePoint deadline) {
  std::string line = "# read " + Join(request.tables, TableLine);
  if (!request.sets.empty()) {
    line += ", elements of " + Join(request.sets, [](const std::string& set) { return set; });
  }
  if (!request.keys.empty()) {
    line += ", by key of " + Join(request.keys, [](const KeyRequest& key) { return key.set; });
  }
  sink_(line);
  std::expected<Snapshot, ReadFailure> result = executor_.Read(request, deadline);
  if (result) {
    line = "# generation " + std::to_string(result->generation) + ": ";
    line += result->tables.empty()
                ? "none of these tables"
                : Join(result->tables, [](const TableSnapshot& table) { return TableLine(table.id); });
  } else if (result.error().torn) {
    line = WithText("# torn", result.error().text);
  } else {
    line = WithText("# not read: " + ErrnoText(result.error().errno_value), result.error().text);
  }
  sink_(line);
  return result;
}

Outcome TracingExecutor::Commit(const Transaction& transaction, TimePoint deadline) {
  std::string line = transaction.check_only ? "# check" : "# commit";
  if (transaction.required_generation)
    line += ", at generation " + std::to_string(*transaction.required_generation);
  sink_(line);
  for (const Operation& operation : transaction.operations) {
    for (const std::string& text : ToLines(operation)) sink_(text);
  }
  Outcome outcome = executor_.Commit(transaction, deadline);
  std::visit(OutcomePrinter{transaction, sink_}, outcome);
  return outcome;
}

Drained TracingExecutor::Drain(const std::vector<TableId>& tables, std::uint32_t since) {
  const Drained drained = executor_.Drain(tables, since);
  if (!drained.complete) return drained;
  sink_("# generation " + std::to_string(drained.generation) + ", by notifications: " +
        (drained.touched() ? "changes of others to " : "no change of others to ") + Join(tables, TableLine));
  if (!drained.changes) return drained;
  for (const Change& change : *drained.changes) {
    if (!change.operation) sink_("#   " + change.other);
    if (change.operation) {
      for (const std::string& line : ToLines(*change.operation)) sink_("#   " + line);
    }
  }
  return drained;
}

}  // namespace natplan
