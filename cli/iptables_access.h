// natplan's rules in iptables, for the subcommands that look at all owners.
#ifndef NATPLAN_CLI_IPTABLES_ACCESS_H_
#define NATPLAN_CLI_IPTABLES_ACCESS_H_

#include <expected>
#include <string>
#include <vector>

#include "backends/nat.h"
#include "core/plan/executor.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan::cli {

// What the rules with this table's name say. With backend kAuto iptables is what may be there beside
// nf_tables: both of its variants are looked at, and one that does not work has nothing.
std::expected<std::vector<OwnedIntent>, Error> IptablesIntents(const std::string& table, Backend backend,
                                                               TimePoint deadline);

// Deletes all rules with this table's name, of all owners.
std::expected<Report, Error> RemoveIptablesRules(const std::string& table, Backend backend,
                                                 TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_IPTABLES_ACCESS_H_
