// Which rules the kernel has in iptables' tables, asked without any program of iptables.
#ifndef NATPLAN_BACKENDS_IPTABLES_KERNEL_RULES_H_
#define NATPLAN_BACKENDS_IPTABLES_KERNEL_RULES_H_

#include <expected>
#include <string_view>

#include "core/plan/executor.h"
#include "core/values/address.h"
#include "core/values/error.h"

namespace natplan {

// Which tables of the kernel: those of nf_tables with iptables' names, or those of ip_tables and ip6_tables.
enum class IptablesVariant { kNft, kLegacy };
std::string_view Name(IptablesVariant variant);  // "nft", "legacy"

// Whether a rule of the table, nat or raw, of the calling thread's network namespace has a comment (of
// iptables' match "comment", or as nft gives one to a rule) that begins so. Creates nothing and loads
// nothing. False only if the kernel was asked and has none; a kernel without that variant has none.
// kNotPermitted: without CAP_NET_ADMIN, or where a filter of system calls forbids to ask. kUnreadable:
// without /proc nobody can tell which legacy tables there are.
std::expected<bool, Error> KernelHasComment(IptablesVariant variant, Family family, std::string_view table,
                                            std::string_view begin, TimePoint deadline);

// Whether ip_tables, or ip6_tables, has the table, and whether it has more in it than its own chains, empty.
// The same holds of what they load, answer and refuse.
std::expected<bool, Error> LegacyHasTable(Family family, std::string_view table);
std::expected<bool, Error> LegacyHasRules(Family family, std::string_view table);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_KERNEL_RULES_H_
