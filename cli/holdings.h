// What the running kernel holds for all owners, in nf_tables or in iptables.
#ifndef NATPLAN_CLI_HOLDINGS_H_
#define NATPLAN_CLI_HOLDINGS_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "backends/nat.h"
#include "cli/listing.h"
#include "cli/report.h"
#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan::cli {

struct Holdings {
  std::vector<FamilyListing> families = {};
  std::uint32_t generation = 0;  // of nf_tables
  BackendUse backend = {};
  // With backend kAuto, beside a table of nf_tables: what else there is of natplan in iptables, or why nobody
  // can tell.
  std::optional<Error> beside = {};
};

// With backend kAuto, the rules of iptables where there is no such table, if there are any. An error wherever
// not everything could be read and there is nothing to show.
std::expected<Holdings, Error> ReadHoldings(const std::string& table, Backend backend, TimePoint deadline);

// Of both backends, whatever a call is for; of iptables natplan's intents alone. A kernel without nf_tables
// holds nothing there.
std::expected<std::vector<FamilyListing>, Error> ReadBoth(const std::string& table, TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOLDINGS_H_
