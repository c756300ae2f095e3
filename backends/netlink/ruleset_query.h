// The tables of all programs, as far as somebody wants to know them.
#ifndef NATPLAN_BACKENDS_NETLINK_RULESET_QUERY_H_
#define NATPLAN_BACKENDS_NETLINK_RULESET_QUERY_H_

#include <cstddef>
#include <expected>
#include <functional>

#include "backends/netlink/netlink_query.h"
#include "core/foreign/ruleset.h"

namespace natplan {

struct RulesetWish {
  // The tables with such a base chain are read.
  std::function<bool(const foreign::Table& table, const ChainSnapshot& chain)> wanted;
  // What is more is left out, and said to be.
  std::size_t most_rules = 50'000;
  std::size_t most_elements = 20'000;  // of each set
};

// Where no table is wanted this asks for tables and chains only. The tables that are not wanted have neither
// rules nor sets. Errors: the socket's; kNotPermitted; kNotSupported: no nf_tables; kDeadline.
std::expected<foreign::Ruleset, Error> ReadRuleset(NetlinkQuery& query, const RulesetWish& wish,
                                                   TimePoint deadline);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_RULESET_QUERY_H_
