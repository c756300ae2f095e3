// The natplan command.
#include <signal.h>

#include <cerrno>
#include <exception>
#include <new>
#include <variant>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/heap.h"
#include "cli/interrupt.h"
#include "cli/standard_streams.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

ExitCode RunCommand(int argc, char** argv, bool json, Console& console) {
  try {
    const auto options = ParseCommandLine(argc, argv, console);
    return options ? std::visit([&](const auto& one) { return Run(one, console); }, *options)
                   : options.error();
  } catch (const std::bad_alloc&) {
    return console.Fail({.code = ErrorCode::kNoMemory,
                         .errno_value = ENOMEM,
                         .text = fmt::format("out of memory; {}", TextOf(CurrentStanding()))},
                        json);
  } catch (const std::exception& exception) {
    return console.Fail({.code = ErrorCode::kEnvironment, .text = exception.what()}, json);
  }
}

}  // namespace
}  // namespace natplan::cli

int main(int argc, char** argv) {
  using natplan::cli::ExitCode;
  natplan::cli::HoldStandardStreams();
  natplan::cli::KeepFreedMemory();
  // A reader that went away, and a file that is as long as it may be, show as errors of write(2), which are
  // reported like any other.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  // Whoever started this may have it ignored, and then how a program of iptables ended would be lost.
  signal(SIGCHLD, SIG_DFL);
  ExitCode code = ExitCode::kEnvironment;
  try {
    const bool json = natplan::cli::AsksForJson(argc, argv);
    natplan::cli::CatchSignals(json);
    natplan::cli::Console console;
    code = console.Close(natplan::cli::RunCommand(argc, argv, json, console));
  } catch (const std::bad_alloc&) {
    // For what was to be printed, too.
    natplan::cli::Console().Error(fmt::format("out of memory; {}", TextOf(natplan::cli::CurrentStanding())));
  } catch (const std::exception& exception) {
    natplan::cli::Console().Error(exception.what());
  }
  return static_cast<int>(code);
}
