// The natplan command.
#include <malloc.h>
#include <signal.h>

#include <exception>
#include <new>
#include <variant>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/standard_streams.h"

int main(int argc, char** argv) {
  using natplan::cli::ExitCode;
  natplan::cli::HoldStandardStreams();
  // The command ends soon: memory that it gave back it would only ask for again.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
  // A reader that went away shows as an error of write(2), which is reported like any other.
  signal(SIGPIPE, SIG_IGN);
  ExitCode code = ExitCode::kEnvironment;
  try {
    natplan::cli::Console console;
    const auto options = natplan::cli::ParseCommandLine(argc, argv, console);
    code =
        options ? std::visit([&](const auto& one) { return Run(one, console); }, *options) : options.error();
    code = console.Close(code);
  } catch (const std::bad_alloc&) {
    natplan::cli::Console().Error("out of memory");
  } catch (const std::exception& exception) {
    natplan::cli::Console().Error(exception.what());
  }
  return static_cast<int>(code);
}
