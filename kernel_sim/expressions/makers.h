// The expressions that this kernel has, one checker and one maker each. Each file names its kernel
// counterpart.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSIONS_MAKERS_H_
#define NATPLAN_KERNEL_SIM_EXPRESSIONS_MAKERS_H_

#include "kernel_sim/expression_context.h"

namespace natplan::kernel_sim {

int CheckBitwise(const Attribute& data);
int CheckCmp(const Attribute& data);
int CheckCounter(const Attribute& data);
int CheckCt(const Attribute& data);
int CheckFib(const Attribute& data);
int CheckImmediate(const Attribute& data);
int CheckLookup(const Attribute& data);
int CheckMasq(const Attribute& data);
int CheckMeta(const Attribute& data);
int CheckNat(const Attribute& data);
int CheckPayload(const Attribute& data);
int CheckRedir(const Attribute& data);

ExpressionResult MakeBitwise(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeCmp(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeCounter(ExpressionContext& context, const Attribute& data);
ExpressionResult MakeCt(ExpressionContext& context, const Attribute& data);
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
