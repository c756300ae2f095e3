// natplan's rules in iptables, for the subcommands that look at all owners.
#ifndef NATPLAN_CLI_IPTABLES_ACCESS_H_
#define NATPLAN_CLI_IPTABLES_ACCESS_H_

#include <expected>
#include <string>

#include "backends/iptables/iptables_context.h"
#include "backends/nat.h"
#include "core/plan/executor.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"

namespace natplan::cli {

// What the rules with this table's name say, of both variants of iptables. With backend kAuto iptables is
// what may be there beside nf_tables: where the kernel says that it has no such rule, no program is run.
std::expected<IptablesHeld, Error> ReadIptables(const std::string& table, Backend backend,
                                                TimePoint deadline);

// Deletes all rules with this table's name, of all owners and both variants; kAuto means the same as above.
std::expected<Report, Error> RemoveIptablesRules(const std::string& table, Backend backend,
                                                 TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_IPTABLES_ACCESS_H_
