// The natplan command.
#include <malloc.h>
#include <signal.h>

#include <algorithm>
#include <exception>
#include <new>
#include <span>
#include <string_view>
#include <variant>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/standard_streams.h"
#include "fmt/format.h"

int main(int argc, char** argv) {
  using natplan::cli::ExitCode;
  natplan::cli::HoldStandardStreams();
  // The command ends soon: memory that it gave back it would only ask for again.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
  // A reader that went away shows as an error of write(2), which is reported like any other.
  signal(SIGPIPE, SIG_IGN);
  // Whoever started this may have it ignored, and then how a program of iptables ended would be lost.
  signal(SIGCHLD, SIG_DFL);
  ExitCode code = ExitCode::kEnvironment;
  try {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    natplan::cli::CatchSignals(std::ranges::find(arguments, std::string_view("--json")) != arguments.end());
    natplan::cli::Console console;
    const auto options = natplan::cli::ParseCommandLine(argc, argv, console);
    code =
        options ? std::visit([&](const auto& one) { return Run(one, console); }, *options) : options.error();
    code = console.Close(code);
  } catch (const std::bad_alloc&) {
    natplan::cli::Console().Error(fmt::format("out of memory; {}", TextOf(natplan::cli::CurrentStanding())));
  } catch (const std::exception& exception) {
    natplan::cli::Console().Error(exception.what());
  }
  return static_cast<int>(code);
}
