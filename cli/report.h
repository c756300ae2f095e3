// What a call came to, for people: nft syntax, and the rest as its comments.
#ifndef NATPLAN_CLI_REPORT_H_
#define NATPLAN_CLI_REPORT_H_

#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/plan/reconciler.h"

namespace natplan::cli {

// One line for each element and each other operation.
void PrintLines(const Transaction& transaction, Console& console);
void PrintForeign(const Report& report, Console& console);

// Says on standard error which intents were lost and which families this kernel lacks; the exit code for
// that.
ExitCode SayShortcomings(const Report& report, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_REPORT_H_
