// Runs one program to its end, without a shell, and for a limited time.
#ifndef NATPLAN_BACKENDS_IPTABLES_PROCESS_H_
#define NATPLAN_BACKENDS_IPTABLES_PROCESS_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan {

struct ProcessRequest {
  std::string program;                        // absolute path
  std::vector<std::string> arguments = {};    // behind the program's name
  std::vector<std::string> environment = {};  // "NAME=value"; nothing else is passed on
  std::string input = {};                     // its stdin
  // Of stdout, in bytes. 64 MiB are half a million rules. Of stderr the first 4 KiB are kept.
  std::size_t most_output = std::size_t{64} << 20U;
  TimePoint deadline;
  // The program's process group while it runs, else 0: for a signal handler that kills it. No signal comes
  // between its start and this. Null: nobody wants to know.
  std::atomic<pid_t>* running = nullptr;
};

struct ProcessResult {
  int exit_status = 0;  // as exit(3) had it, or 128 + the signal that ended it
  bool killed = false;  // by a signal: nobody knows how far it had come
  std::string output = {};
  std::string error_output = {};
};

// Why there is no result.
struct ProcessFailure : Error {
  bool begun = false;  // the program ran, and may have done what it was started for
};

// The program has only these three descriptors, default signal dispositions, and a process group of its own,
// which is killed when the program does not end in time (kDeadline, ETIMEDOUT), prints too much (kTooLarge),
// or has ended and left something behind. Where this process ignores SIGCHLD, has SA_NOCLDWAIT, or waits for
// whichever child ends, in another thread or in a signal handler, the exit status is lost (kEnvironment,
// ECHILD); no other child is mistaken for this one.
std::expected<ProcessResult, ProcessFailure> RunProcess(const ProcessRequest& request);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_PROCESS_H_
