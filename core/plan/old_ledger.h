// The ledger as tables of layout 1 have it: entries of type `ipv4_addr . inet_service . mark . mark` (ip6:
// `ipv6_addr ...`), with 64 bits of a hash that anybody can find a second name for. They are read, to be
// written again as entries of today's ledger, and never written.
#ifndef NATPLAN_CORE_PLAN_OLD_LEDGER_H_
#define NATPLAN_CORE_PLAN_OLD_LEDGER_H_

#include <expected>
#include <string>

#include "core/plan/ledger.h"

namespace natplan {

inline constexpr const char* kOldTableComment = "natplan layout 1";

const SetShape& OldOwnersShape(Family family);

// As ToLedgerEntry(): the entry that stands for the same in today's ledger.
std::expected<OwnedEntry, std::string> OldToLedgerEntry(Family family, const Element& element,
                                                        OwnerHasher hasher);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_OLD_LEDGER_H_
