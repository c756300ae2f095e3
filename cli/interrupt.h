// SIGINT, SIGTERM and SIGHUP: they end the process at any moment, with a line that says whether the change
// was made.
#ifndef NATPLAN_CLI_INTERRUPT_H_
#define NATPLAN_CLI_INTERRUPT_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <string>

#include "core/plan/reconciler.h"

namespace natplan::cli {

// What there is to say of the change.
enum class Standing {
  kUnchanged,   // nothing was changed, but what SetPutBack() says
  kUnknown,     // a change is on its way, or nobody knows what came of it
  kPart,        // some steps of a change were made, and the next one is not on its way yet
  kChanged,     // the change was made
  kParameters,  // the table is as it is to be, and kernel parameters are being set
  kWatching,    // whatever was changed, the table stays as it is
};

// From now on the three signals end the process with exit status 128 + number, unless the caller of the
// process has them ignored. They do so from a handler, whatever the process waits for or computes, and kill
// the program of iptables that runs. `json`: with {"error": ...} on standard output as well.
//
// While they are deferred, the first signal is remembered until TakeSignals(); a second one ends the process.
// So do two seconds, after the first of which a program of iptables that runs is killed.
//
// A signal that the caller of the process has blocked is unblocked. For a process of one thread.
void CatchSignals(bool json);
void DeferSignals();
// Ends the process if a signal came meanwhile.
void TakeSignals();
bool SignalCame();

// kUnchanged at first.
void SetStanding(Standing standing);
Standing CurrentStanding();
// What kUnchanged has to say of kernel parameters: "net.ipv4.ip_forward = 0", or nothing. To be called while
// signals are deferred.
void SetPutBack(const std::string& parameters);
// The whole sentence, without "interrupted".
const char* TextOf(Standing standing);
// Standard output is not empty any more, so {"error": ...} has no place there.
void OutputBegins();

// NatOptions::progress, between two steps: takes signals.
void StepDone(std::size_t done, std::size_t of);
// A call that may have changed something has ended with this result; takes signals.
void Settle(const Result& result);

// The process group of the program of iptables that runs, and 0 while none does: for who runs it.
std::atomic<pid_t>* RunningProgram();

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERRUPT_H_
