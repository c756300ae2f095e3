// What `--json` prints. The shapes are documented in docs/cli.md and stay: keys may come, none goes.
#ifndef NATPLAN_CLI_JSON_H_
#define NATPLAN_CLI_JSON_H_

#include <vector>

#include "cli/report.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"
#include "core/values/operation.h"
#include "nlohmann/json.hpp"

namespace natplan::cli {

// {"code", "errno", "operation", "ours", "theirs", "text"}.
nlohmann::ordered_json ToJson(const Error& error);
nlohmann::ordered_json ToJson(const std::vector<Error>& errors);

// An array with one object for each line that ToText prints: {"verb", "object", "family", "table", "name",
// "text"}.
nlohmann::ordered_json ToJson(const Transaction& transaction);

// {"changed", "generation", "first_step", "operations", "foreign", "lost", "unsupported", "backend",
// "reason", "iptables", "notes", "retries"}.
nlohmann::ordered_json ToJson(const Report& report, const BackendUse& backend = {});

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_JSON_H_
