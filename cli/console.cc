#include "cli/console.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cli/interrupt.h"
#include "cli/json.h"
#include "core/text/shown_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// Each line as it may be shown, and all but the first indented.
std::string Continued(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += ShownText(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
    out += text.starts_with("  ") ? "\n" : "\n  ";
  }
}

// What others gave a name need not be UTF-8, and JSON is.
void MakeValid(Json& json) {
  if (json.is_string()) {
    auto& text = json.get_ref<std::string&>();
    text = ValidText(text);
  } else if (json.is_structured()) {
    for (Json& one : json) MakeValid(one);
  }
}

// ASCII.
std::string Dump(Json json, int indent) {
  MakeValid(json);
  return json.dump(indent, ' ', true) + "\n";
}

bool IsColourTerminal() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  return terminal != nullptr && std::string_view(terminal) != "dumb" && isatty(STDOUT_FILENO) == 1;
}

std::string_view Escape(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kAdded:
      return "\x1b[32m";
    case Style::kRemoved:
      return "\x1b[31m";
    case Style::kComment:
      return "\x1b[2m";
  }
  return "";
}

bool HasRoom(int descriptor, int milliseconds) {
  pollfd one = {.fd = descriptor, .events = POLLOUT, .revents = 0};
  return poll(&one, 1, milliseconds) == 1;
}

// Returns 0 or errno. Whoever shares the descriptor may have made it non-blocking, and a pipe may be full:
// all waiting is done here, where signals are taken. No more is written at a time than a pipe that has room
// takes at once.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    if (!HasRoom(descriptor, 0)) {
      TakeSignals();
      HasRoom(descriptor, -1);
    }
    const ssize_t size = write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return 0;
}

}  // namespace

Console::Console() : colour_(IsColourTerminal()) {}

void Console::Line(std::string_view text, Style style) {
  const bool coloured = colour_ && style != Style::kPlain;
  if (coloured) out_ += Escape(style);
  AppendShownText(text, out_);
  if (coloured) out_ += "\x1b[0m";
  out_ += '\n';
}

void Console::Print(std::string_view text) { out_ += ShownLines(text); }

void Console::PrintJson(Json json) { document_ = std::move(json); }

void Console::PrintJsonLine(Json json) { out_ += Dump(std::move(json), -1); }

void Console::Error(std::string_view text) const {
  // Nobody is left to tell if this fails.
  (void)WriteAll(STDERR_FILENO, fmt::format("natplan: {}\n", Continued(text)));
}

void Console::Error(const natplan::Error& error) {
  Error(ToString(error));
  ErrorInJson(error);
}

void Console::ErrorInJson(const natplan::Error& error) { errors_.push_back(ToJson(error)); }

void Console::Note(std::string_view text) {
  Error(fmt::format("note: {}", ShownText(text)));
  notes_.push_back(text);
  if (in_lines_) PrintJsonLine({{"event", "note"}, {"text", text}});
}

ExitCode Console::Fail(const natplan::Error& error, bool json) {
  natplan::Error said = error;
  if (error.code == ErrorCode::kDeadline && !error.text.contains("--deadline"))
    said.text += "; --deadline gives more time, which natplan's own computing uses up, too";
  Error(said);
  if (json && !document_) document_ = Json::object();
  if (document_) (*document_)["error"] = ToJson(said);
  return ToExitCode(error.code);
}

ExitCode Console::Close(ExitCode code) {
  if (document_) {
    (*document_)["errors"] = std::exchange(errors_, Json::array());
    (*document_)["notes"] = std::exchange(notes_, Json::array());
    out_ += Dump(*std::move(document_), in_lines_ ? -1 : 2);
    document_.reset();
  }
  if (!out_.empty()) OutputBegins();
  const int failed = WriteAll(STDOUT_FILENO, out_);
  out_.clear();
  if (failed == 0) return code;
  const char* what = "standard output cannot be written";
  if (CurrentStanding() == Standing::kChanged)
    what = "the change was made; its description could not be written";
  Error(fmt::format("{}: {}", what, std::strerror(failed)));
  return code == ExitCode::kDone ? ExitCode::kEnvironment : code;
}

}  // namespace natplan::cli
