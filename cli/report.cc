#include "cli/report.h"

#include <cerrno>
#include <variant>

#include "core/text/nft_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

template <typename T>
constexpr bool kRemoves =
    std::is_same_v<T, DeleteTable> || std::is_same_v<T, DeleteChain> || std::is_same_v<T, FlushChain> ||
    std::is_same_v<T, DeleteSet> || std::is_same_v<T, FlushSet> || std::is_same_v<T, DeleteRule> ||
    std::is_same_v<T, DeleteElements>;

Style StyleOf(const Operation& operation) {
  return std::visit([]<typename T>(const T&) { return kRemoves<T> ? Style::kRemoved : Style::kAdded; },
                    operation);
}

}  // namespace

void PrintLines(const Transaction& transaction, Console& console) {
  for (const Operation& operation : transaction.operations) {
    const Style style = StyleOf(operation);
    ForEachLine(operation, [&](std::string_view line) { console.Line(line, style); });
  }
}

void PrintTransactions(const Report& report, Console& console) {
  PrintLines(report.first_step, console);
  if (!report.first_step.operations.empty())
    console.Line("# then, in a second transaction, since the table is dormant:", Style::kComment);
  PrintLines(report.transaction, console);
}

void PrintForeign(const Report& report, Console& console) {
  for (const std::string& foreign : report.foreign) {
    console.Line(fmt::format("# foreign, left alone: {}", foreign), Style::kComment);
  }
}

void PrintBackend(const BackendUse& backend, Console& console) {
  if (backend.reason.empty()) return;
  console.Line(fmt::format("# backend: {}: {}", backend.name, backend.reason), Style::kComment);
}

void PrintChange(const Report& report, const BackendUse& backend, const Transaction* unanswered,
                 Console& console) {
  PrintBackend(backend, console);
  PrintTransactions(report, console);
  for (const std::string& line : IptablesLines(report))
    console.Line(line, IsDelete(line) ? Style::kRemoved : Style::kAdded);
  PrintForeign(report, console);
  // iptables counts nothing.
  const std::string generation = report.by_iptables ? "" : fmt::format("generation {}", report.generation);
  if (report.changed) {
    if (!report.by_iptables) console.Line("# " + generation, Style::kComment);
  } else if (unanswered != nullptr && report.unsupported.empty()) {
    // The answer was lost, and a second reading showed that it had been carried out.
    PrintLines(*unanswered, console);
    console.Line(
        fmt::format("# {}; the answer was lost, and the kernel was read again to see this", generation),
        Style::kComment);
  } else {
    console.Line(fmt::format("# nothing to do, and nothing was sent: the kernel holds what is wanted{}{}",
                             report.by_iptables ? "" : "; ", generation),
                 Style::kComment);
  }
}

void NoteOwnerIsNotKept(const std::string& table, const std::optional<Owner>& owner, Console& console) {
  if (!owner || Layout{table}.own()) return;
  console.Note(
      fmt::format("table {} has no place for owners: \"{}\" is recorded nowhere", table, owner->name()));
}

ExitCode SayShortcomings(const Report& report, Console& console) {
  for (const std::string& note : report.notes) console.Note(note);
  for (const Error& lost : report.lost) console.Error(lost);
  for (const Error& missing : report.unsupported) console.Error(missing);
  if (!report.unsupported.empty()) {
    console.Error(natplan::Error{
        .code = ErrorCode::kNotSupported,
        .errno_value = EOPNOTSUPP,
        .text = "the other family was carried out; what this kernel does not support was left out"});
    return ExitCode::kNotSupported;
  }
  return report.lost.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace natplan::cli
