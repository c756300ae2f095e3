// natplan apply: makes the running kernel hold what the file wants, in one transaction.
#include <poll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include "backends/nat.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/kernel_access.h"
#include "cli/load.h"
#include "cli/report.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// Waits until the call can go on or a signal comes.
void Wait(int wake, int signal) {
  std::array<pollfd, 2> both = {
      {{.fd = wake, .events = POLLIN, .revents = 0}, {.fd = signal, .events = POLLIN, .revents = 0}}};
  (void)poll(both.data(), both.size(), -1);
}

// Null if a signal came before there was a result.
const Result* Finish(Nat& nat, int wake, const Interrupt& interrupt) {
  for (;;) {
    if (interrupt.came()) return nullptr;
    if (const Result* result = nat.Poll()) return result;
    Wait(wake, interrupt.descriptor());
  }
}

ExitCode SayInterrupted(Nat& nat, const ApplyOptions& options, Console& console) {
  nat.Cancel();
  const Result* result = nat.Poll();
  const bool unknown = result != nullptr && !*result && result->error().code == ErrorCode::kUnknownOutcome;
  Error error{.errno_value = EINTR};
  error.text = unknown ? "interrupted: the kernel holds the old state or the new one, each of them whole; "
                         "`natplan check` says which"
                       : "interrupted: the old state holds, nothing was changed";
  (void)console.Fail(error, options.json);
  return ExitCode::kInterrupted;
}

void Print(const Report& report, const Witness& kernel, const ApplyOptions& options, Console& console) {
  if (options.json) return console.PrintJson(ToJson(report));
  PrintLines(report.transaction, console);
  PrintForeign(report, console);
  if (report.changed) {
    console.Line(fmt::format("# generation {}", report.generation), Style::kComment);
  } else if (kernel.last_sent() && report.unsupported.empty()) {
    // The answer was lost, and a second reading showed that it had been carried out.
    PrintLines(*kernel.last_sent(), console);
    console.Line(
        fmt::format("# generation {}; the answer was lost, and the kernel was read again to see this",
                    report.generation),
        Style::kComment);
  } else {
    console.Line(
        fmt::format(
            "# nothing to do, and nothing was sent: the kernel holds all of this already; generation {}",
            report.generation),
        Style::kComment);
  }
}

}  // namespace

ExitCode Run(const ApplyOptions& options, Console& console) {
  const auto intents = Load(options.file, options.json, console);
  if (!intents) return intents.error();
  auto opened = OpenKernel();
  if (!opened) return console.Fail(opened.error(), options.json);
  auto witness = std::make_unique<Witness>(std::move(*opened));
  const Witness& kernel = *witness;
  Nat nat(std::move(witness),
          {.table = options.table.table, .scope = options.table.scope(), .deadline = options.deadline});
  const auto wake = nat.descriptor();
  if (!wake) return console.Fail(wake.error(), options.json);

  const Interrupt interrupt;
  nat.BeginApply(*intents);
  const Result* result = Finish(nat, *wake, interrupt);
  if (result == nullptr) return SayInterrupted(nat, options, console);
  if (!*result) return console.Fail(result->error(), options.json);
  Print(**result, kernel, options, console);
  return SayShortcomings(**result, console);
}

}  // namespace natplan::cli
