// The expressions that there are, found by their names.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSION_KINDS_H_
#define NATPLAN_KERNEL_SIM_EXPRESSION_KINDS_H_

#include "kernel_sim/attributes.h"
#include "kernel_sim/expression_context.h"

namespace natplan::kernel_sim {

// The first step for one list element: 0, ENOENT for a name that does not exist here, or another errno.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_expr_parse() (6.18)
int CheckExpression(const ExpressionContext& context, const Attribute& element);
// Makes the expression that a list element describes.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_newexpr() (6.18)
ExpressionResult MakeExpression(ExpressionContext& context, const Attribute& element);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_EXPRESSION_KINDS_H_
