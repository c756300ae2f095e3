// A rule's expressions in nft syntax.
#ifndef NATPLAN_CORE_TEXT_RULE_TEXT_H_
#define NATPLAN_CORE_TEXT_RULE_TEXT_H_

#include <string>

#include "core/values/address.h"
#include "core/values/expression.h"

namespace natplan {

// As nft 1.0.6 prints what natplan writes. An expression that has no place in such a rule is printed as a
// comment
// ("# fib"), never dropped.
std::string RuleText(Family family, const Expressions& expressions);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_RULE_TEXT_H_
