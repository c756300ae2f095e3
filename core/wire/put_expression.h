// Expressions of rules as nf_tables' attributes.
#ifndef NATPLAN_CORE_WIRE_PUT_EXPRESSION_H_
#define NATPLAN_CORE_WIRE_PUT_EXPRESSION_H_

#include "core/values/expression.h"
#include "core/wire/message_writer.h"

namespace natplan::wire {

// Puts NFTA_EXPR_NAME and NFTA_EXPR_DATA: what stands in one NFTA_LIST_ELEM.
void PutExpression(MessageWriter& writer, const Expression& expression);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_PUT_EXPRESSION_H_
