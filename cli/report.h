// What a call came to, for people: nft syntax, and the rest as its comments.
#ifndef NATPLAN_CLI_REPORT_H_
#define NATPLAN_CLI_REPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/backend_use.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/plan/reconciler.h"

namespace natplan::cli {

// One line for each element and each other operation.
void PrintLines(const Transaction& transaction, Console& console);
void PrintForeign(const Report& report, Console& console);
// Nothing if it is nf_tables.
void PrintBackend(const BackendUse& backend, Console& console);

// What a report carried out or would carry out: the first step's lines, where there are two, before the
// second's.
void PrintTransactions(const Report& report, Console& console);

// What changed, and the new generation. `unanswered` is the transaction whose answer was lost, if there is
// one.
void PrintChange(const Report& report, const BackendUse& backend, const Transaction* unanswered,
                 Console& console);

// Says that an owner who was named counts for nothing in another program's table.
void NoteOwnerIsNotKept(const std::string& table, const std::optional<Owner>& owner, Console& console);

// Says on standard error what there is to note, which intents were lost, and which families this kernel
// lacks; the exit code for that.
ExitCode SayShortcomings(const Report& report, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_REPORT_H_
