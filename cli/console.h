// Where a command's words go: results to standard output, everything else to standard error.
#ifndef NATPLAN_CLI_CONSOLE_H_
#define NATPLAN_CLI_CONSOLE_H_

#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "core/values/error.h"
#include "nlohmann/json.hpp"

namespace natplan::cli {

using Json = nlohmann::ordered_json;

enum class Style { kPlain, kAdded, kRemoved, kComment };

// Colours only a terminal, and none if NO_COLOR is set. Control characters, which names in the kernel may
// contain, are printed as '?'.
class Console {
 public:
  Console();

  // To standard output, kept until Close; a newline is added.
  void Line(std::string_view text, Style style = Style::kPlain);
  void Print(std::string_view text);  // as it is
  void PrintJson(const Json& json);

  // To standard error at once: "natplan: TEXT".
  void Error(std::string_view text) const;
  // "natplan: note: TEXT".
  void Note(std::string_view text) const;
  // Says what went wrong, in `json` mode as {"error": ...} on standard output too, and gives the exit code
  // for it.
  ExitCode Fail(const natplan::Error& error, bool json);

  // Writes what was kept, and waits for a reader as long as there is one. The exit code is `code` unless that
  // fails.
  [[nodiscard]] ExitCode Close(ExitCode code);

 private:
  bool colour_;
  std::string out_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONSOLE_H_
