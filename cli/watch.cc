// natplan watch: says who changes what the file wants, and puts it right.
#include <poll.h>

#include <cerrno>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "backends/nat_watch.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/load.h"

namespace natplan::cli {
namespace {

std::string_view Name(WatchEvent event) {
  switch (event) {
    case WatchEvent::kChanged:
      return "changed";
    case WatchEvent::kDiffers:
      return "differs";
    case WatchEvent::kForeign:
      return "foreign";
    case WatchEvent::kLost:
      return "lost";
    case WatchEvent::kRegained:
      return "regained";
    case WatchEvent::kRestored:
      return "restored";
    case WatchEvent::kProblem:
      return "problem";
  }
  return "";
}

void Print(const WatchLine& line, bool json, Console& console) {
  if (json) {
    Json object = {{"event", Name(line.event)}, {"text", line.text}};
    if (!line.who.empty()) object["by"] = line.who;
    return console.PrintJsonLine(object);
  }
  const Style style = line.event == WatchEvent::kRestored || line.event == WatchEvent::kRegained
                          ? Style::kAdded
                      : line.event == WatchEvent::kForeign ? Style::kPlain
                                                           : Style::kRemoved;
  std::string prefix(Name(line.event));
  if (!line.who.empty()) prefix += " by " + line.who;
  prefix += ": ";
  // Of a problem, the operation and the two sides of a conflict stand in lines of their own.
  for (const auto part : std::views::split(line.text, '\n')) {
    console.Line(prefix + std::string(part.begin(), part.end()), style);
    prefix.clear();  // they are indented
  }
}

}  // namespace

ExitCode Run(const WatchOptions& options, Console& console) {
  const FileOptions& wanted = options.wanted;
  const bool json = wanted.call.json;
  if (json) console.PrintJsonInLines();
  if (wanted.call.backend == Backend::kIptables) {
    return console.Fail({.code = ErrorCode::kNotSupported,
                         .errno_value = EOPNOTSUPP,
                         .text = "iptables announces no changes, so there is nothing to watch; run `natplan "
                                 "check` or `natplan apply` from a timer"},
                        json);
  }
  auto wish = LoadWish(wanted.file, wanted.owner, wanted.call.deadline, json, console);
  if (!wish) return wish.error();
  const NatOptions nat_options = {.table = wanted.table.table,
                                  .scope = wanted.table.scope(),
                                  .owner = wish->owner,
                                  .force = wanted.table.force,
                                  .deadline = wanted.call.deadline,
                                  .backend = Backend::kNftables};
  // A watch waits for most of what is in its way to go. That a table is another program's does not.
  if (wanted.table.exclusive) {
    auto nat = Nat::Open(nat_options);
    if (!nat) return console.Fail(nat.error(), json);
    const Result look = nat->Preview(wish->intents);
    if (!look && look.error().code == ErrorCode::kConflict) return console.Fail(look.error(), json);
  }
  auto watch = NatWatch::Open(nat_options, std::move(wish->intents),
                              options.restore ? WatchPolicy::kRestore : WatchPolicy::kReport);
  if (!watch) return console.Fail(watch.error(), json);
  const auto descriptor = watch->descriptor();
  if (!descriptor) return console.Fail(descriptor.error(), json);
  SetStanding(Standing::kWatching);
  OutputBegins();
  for (;;) {
    // What was heard, and what was put right, is said before a signal ends it.
    DeferSignals();
    const NatWatch::Heard heard = watch->Poll();
    for (const WatchLine& line : heard.lines) Print(line, json, console);
    if (heard.stopped) return console.Fail(*heard.stopped, json);
    if (const ExitCode code = console.Close(ExitCode::kDone); code != ExitCode::kDone) return code;
    TakeSignals();
    pollfd awaited = {.fd = *descriptor, .events = POLLIN, .revents = 0};
    (void)poll(&awaited, 1, -1);
  }
}

}  // namespace natplan::cli
