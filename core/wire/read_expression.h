// nf_tables' attributes of rules as expressions.
#ifndef NATPLAN_CORE_WIRE_READ_EXPRESSION_H_
#define NATPLAN_CORE_WIRE_READ_EXPRESSION_H_

#include "core/values/expression.h"
#include "core/wire/message_reader.h"

namespace natplan::wire {

// `element` is the payload of one NFTA_LIST_ELEM. What the kernel fills in by itself (lookup FLAGS 0, the
// maxima and flags of nat that follow from the minima, the counts of a counter) is left out; whatever the
// values cannot hold gives an UnknownExpression with the bytes of NFTA_EXPR_DATA.
Expression ReadExpression(Bytes element);

// Those of `list`, which is the payload of NFTA_RULE_EXPRESSIONS.
Expressions ReadExpressions(Bytes list);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_READ_EXPRESSION_H_
