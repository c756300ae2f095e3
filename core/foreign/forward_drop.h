// Rules of other programs that let no packet through which natplan translated. Pure.
#ifndef NATPLAN_CORE_FOREIGN_FORWARD_DROP_H_
#define NATPLAN_CORE_FOREIGN_FORWARD_DROP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/foreign/condition.h"
#include "core/foreign/ruleset.h"
#include "core/text/iptables_text.h"
#include "core/values/per_family.h"

namespace natplan::foreign {

struct Filters {
  Ruleset nf_tables = {};             // with the chains of hook forward
  PerFamily<SavedTable> legacy = {};  // iptables-legacy's table filter
};

// Who drops what, in words: "policy drop of chain FORWARD of table ip filter", "table inet fw, chain f, rule
// handle 3 (drop)". None unless each of the packets with this destination port is dropped for certain;
// without a port, unless every packet is.
std::optional<std::string> WhoDrops(const Filters& filters, const Packets& packets,
                                    std::optional<std::uint16_t> port);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_FORWARD_DROP_H_
