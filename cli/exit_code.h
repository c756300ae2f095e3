// What natplan's exit status says.
#ifndef NATPLAN_CLI_EXIT_CODE_H_
#define NATPLAN_CLI_EXIT_CODE_H_

#include "core/values/error.h"

namespace natplan::cli {

enum class ExitCode : int {
  kDone = 0,
  kDiffers = 1,         // check: the kernel holds something else
  kProblem = 1,         // doctor: something is wrong
  kRefused = 1,         // somebody else holds what was asked for, or the kernel refused
  kUsage = 2,           // wrong arguments or a wrong file
  kNotPermitted = 3,    // CAP_NET_ADMIN is missing, or the table belongs to another socket
  kNotSupported = 4,    // this kernel lacks a piece, for all that was asked for or for one family
  kUnknownOutcome = 5,  // after all re-reads nobody can tell whether the change was carried out
  kEnvironment = 6,     // out of memory, message too large, deadline, output that cannot be written
  kUnreadable = 7,      // what is there could not be read, so nothing is said of it and nothing changed
};

constexpr ExitCode ToExitCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return ExitCode::kUsage;
    case ErrorCode::kConflict:
    case ErrorCode::kRefused:
      return ExitCode::kRefused;
    case ErrorCode::kNotPermitted:
      return ExitCode::kNotPermitted;
    case ErrorCode::kNotSupported:
      return ExitCode::kNotSupported;
    case ErrorCode::kUnreadable:
      return ExitCode::kUnreadable;
    case ErrorCode::kUnknownOutcome:
      return ExitCode::kUnknownOutcome;
    case ErrorCode::kNoMemory:
    case ErrorCode::kTooLarge:
    case ErrorCode::kDeadline:
    case ErrorCode::kEnvironment:
      return ExitCode::kEnvironment;
  }
  return ExitCode::kEnvironment;
}

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_EXIT_CODE_H_
