// Matches and targets of iptables in rules of nf_tables, as iptables-nft writes them.
#ifndef NATPLAN_CORE_FOREIGN_XT_MEANING_H_
#define NATPLAN_CORE_FOREIGN_XT_MEANING_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/foreign/condition.h"

namespace natplan::foreign {

struct XtMatch {
  Condition when = Condition::Perhaps();
  bool understood = true;  // false: natplan does not know the match at all
};

// `attributes` are those of the expression "match".
XtMatch MeaningOfXtMatch(std::span<const std::uint8_t> attributes, const Packets& packets);

// Those of the expression "target"; none: the packet goes on to the next rule.
std::optional<Ending> EndingOfXtTarget(std::span<const std::uint8_t> attributes);
// The same by the target's name.
std::optional<Ending> EndingOfXtTarget(std::string_view name);

// The text of "-m comment"; empty of any other match.
std::string CommentOfXtMatch(std::span<const std::uint8_t> attributes);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_XT_MEANING_H_
