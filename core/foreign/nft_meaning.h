// What a rule of nf_tables does with packets, by its expressions.
#ifndef NATPLAN_CORE_FOREIGN_NFT_MEANING_H_
#define NATPLAN_CORE_FOREIGN_NFT_MEANING_H_

#include <string>

#include "core/foreign/condition.h"
#include "core/foreign/ruleset.h"

namespace natplan::foreign {

// `table` is the rule's: its sets and maps are looked up there.
Meaning MeaningOf(const RuleSnapshot& rule, const Table& table, const Packets& packets);

// Its comment, by nft or by iptables-nft.
std::string CommentOf(const RuleSnapshot& rule);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_NFT_MEANING_H_
