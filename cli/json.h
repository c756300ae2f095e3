// What `--json` prints. The shapes are documented in docs/cli.md and stay: keys may come, none goes.
#ifndef NATPLAN_CLI_JSON_H_
#define NATPLAN_CLI_JSON_H_

#include <vector>

#include "cli/backend_use.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"
#include "core/values/operation.h"
#include "nlohmann/json.hpp"

namespace natplan::cli {

using Json = nlohmann::ordered_json;

// {"code", "errno", "operation", "ours", "theirs", "text"}.
Json ToJson(const Error& error);
Json ToJson(const std::vector<Error>& errors);

// An array with one object for each line that ToText prints: {"verb", "object", "family", "table", "name",
// "text"}.
Json ToJson(const Transaction& transaction);

// {"changed", "generation", "first_step", "operations", "foreign", "lost", "unsupported", "backend",
// "reason", "iptables", "notes", "retries"}.
Json ToJson(const Report& report, const BackendUse& backend = {});

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_JSON_H_
