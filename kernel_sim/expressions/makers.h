// The expressions that this kernel has, one maker each. Each file names its kernel counterpart.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSIONS_MAKERS_H_
#define NATPLAN_KERNEL_SIM_EXPRESSIONS_MAKERS_H_

#include "kernel_sim/expression.h"

namespace natplan::kernel_sim {

ExpressionResult MakeBitwise(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeCmp(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeCounter(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeFib(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeImmediate(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeLookup(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeMasq(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeMeta(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeNat(ExpressionContext& context, const Attribute& data);
ExpressionResult MakePayload(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeRedir(ExpressionContext& context, const Attribute& data);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_EXPRESSIONS_MAKERS_H_
