// What a rule of iptables does with packets, by its words.
#ifndef NATPLAN_CORE_FOREIGN_IPTABLES_MEANING_H_
#define NATPLAN_CORE_FOREIGN_IPTABLES_MEANING_H_

#include <string>
#include <vector>

#include "core/foreign/condition.h"

namespace natplan::foreign {

// `words` are those behind "-A CHAIN", without quotes.
Meaning MeaningOf(const std::vector<std::string>& words, const Packets& packets);

// The text of "-m comment"; empty if there is none.
std::string CommentOf(const std::vector<std::string>& words);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_IPTABLES_MEANING_H_
