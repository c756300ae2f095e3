#include "cli/report.h"

#include <variant>

#include "core/text/nft_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

template <typename T>
constexpr bool kRemoves =
    std::is_same_v<T, DeleteTable> || std::is_same_v<T, DeleteChain> || std::is_same_v<T, FlushChain> ||
    std::is_same_v<T, DeleteSet> || std::is_same_v<T, FlushSet> || std::is_same_v<T, DeleteElements>;

Style StyleOf(const Operation& operation) {
  return std::visit([]<typename T>(const T&) { return kRemoves<T> ? Style::kRemoved : Style::kAdded; },
                    operation);
}

}  // namespace

void PrintLines(const Transaction& transaction, Console& console) {
  for (const Operation& operation : transaction.operations) {
    for (const std::string& line : ToLines(operation)) console.Line(line, StyleOf(operation));
  }
}

void PrintForeign(const Report& report, Console& console) {
  for (const std::string& foreign : report.foreign) {
    console.Line(fmt::format("# foreign, left alone: {}", foreign), Style::kComment);
  }
}

ExitCode SayShortcomings(const Report& report, Console& console) {
  for (const Error& lost : report.lost) console.Error(ToString(lost));
  for (const Error& missing : report.unsupported) console.Error(ToString(missing));
  if (!report.unsupported.empty()) {
    console.Error("the other family was carried out; what this kernel does not support was left out");
    return ExitCode::kNotSupported;
  }
  return report.lost.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace natplan::cli
