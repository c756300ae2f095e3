#include "cli/console.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/interrupt.h"
#include "cli/json.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::string Printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return (c >= 0 && c < ' ' && c != '\t' && c != '\n') || c == '\x7f'; }, '?');
  return out;
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
  out_ += Printable(text);
  if (coloured) out_ += "\x1b[0m";
  out_ += '\n';
}

void Console::Print(std::string_view text) { out_ += Printable(text); }

void Console::PrintJson(const Json& json) {
  out_ += json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void Console::Error(std::string_view text) const {
  // Nobody is left to tell if this fails.
  (void)WriteAll(STDERR_FILENO, fmt::format("natplan: {}\n", Printable(text)));
}

void Console::Note(std::string_view text) const { Error(fmt::format("note: {}", text)); }

ExitCode Console::Fail(const natplan::Error& error, bool json) {
  natplan::Error said = error;
  if (error.code == ErrorCode::kDeadline && !error.text.contains("--deadline"))
    said.text += "; --deadline gives more time";
  Error(ToString(said));
  if (json) PrintJson(Json{{"error", ToJson(said)}});
  return ToExitCode(error.code);
}

ExitCode Console::Close(ExitCode code) {
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
