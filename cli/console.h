// Where a command's words go: results to standard output, everything else to standard error.
#ifndef NATPLAN_CLI_CONSOLE_H_
#define NATPLAN_CLI_CONSOLE_H_

#include <optional>
#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/json.h"
#include "core/values/error.h"

namespace natplan::cli {

enum class Style { kPlain, kAdded, kRemoved, kComment };

// Everything that a command says passes through here, and whatever text of files, arguments, other programs
// or the kernel it holds is shown by core/text/shown_text.h: nothing of it steers a terminal, and none of it
// begins a line of natplan's. JSON is ASCII. Colours only a terminal, and none if NO_COLOR is set.
class Console {
 public:
  Console();

  // To standard output, kept until Close; one line, whatever `text` holds.
  void Line(std::string_view text, Style style = Style::kPlain);
  // The same for text of several lines; no line of it may be somebody else's.
  void Print(std::string_view text);

  // The document of this run, printed by Close with what Error and Note said beside it, as "errors" and
  // "notes".
  void PrintJson(Json json);
  // From now on JSON is printed in lines: each of these one, a note is one, and the document too.
  void PrintJsonInLines() { in_lines_ = true; }
  void PrintJsonLine(Json json);

  // To standard error at once: "natplan: TEXT". What follows a line feed is a further line, indented.
  void Error(std::string_view text) const;
  void Error(const natplan::Error& error);
  // One of many: among the errors of the document only.
  void ErrorInJson(const natplan::Error& error);
  // "natplan: note: TEXT", one line, whatever `text` holds.
  void Note(std::string_view text);
  // Says what went wrong, in `json` mode as {"error": ...} on standard output too, and gives the exit code
  // for it.
  ExitCode Fail(const natplan::Error& error, bool json);

  // Writes what was kept, and waits for a reader as long as there is one. The exit code is `code` unless that
  // fails.
  [[nodiscard]] ExitCode Close(ExitCode code);

 private:
  bool colour_;
  std::string out_;
  std::optional<Json> document_;
  Json errors_ = Json::array();
  Json notes_ = Json::array();
  bool in_lines_ = false;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONSOLE_H_
