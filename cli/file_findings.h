// What stands in the way of a file's intents on this host, beyond what a kernel has.
#ifndef NATPLAN_CLI_FILE_FINDINGS_H_
#define NATPLAN_CLI_FILE_FINDINGS_H_

#include <span>
#include <string>
#include <vector>

#include "cli/diagnosis.h"
#include "core/foreign/rival.h"
#include "core/values/intent.h"

namespace natplan::cli {

// Reads the rules of all programs, the sockets, interfaces and routes of the network namespace that the
// process is in. Without intents only what concerns natplan's chains themselves, and what they leave open.
Findings Look(std::span<const Intent> intents, const foreign::OwnPlace& own, TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_FILE_FINDINGS_H_
