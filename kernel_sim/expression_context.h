// How one kind of expression is read.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSION_CONTEXT_H_
#define NATPLAN_KERNEL_SIM_EXPRESSION_CONTEXT_H_

#include <expected>
#include <memory>

#include "kernel_sim/attributes.h"
#include "kernel_sim/expression.h"
#include "kernel_sim/registers.h"

namespace natplan::kernel_sim {

// While a rule is read.
struct ExpressionContext {
  NfTables& state;
  Table& table;
  RegisterTracker registers;
};

using ExpressionResult = std::expected<std::unique_ptr<Expression>, int>;
// The two steps in which one kind of expression is read from NFTA_EXPR_DATA, which may be absent. All
// expressions of a rule are checked before the first is made, so which error a rule gets depends on the step.
// Kernel: struct nft_expr_type's policy and select_ops(); struct nft_expr_ops' init() (6.18)
using ExpressionChecker = int (*)(const Attribute& data);
using ExpressionMaker = ExpressionResult (*)(ExpressionContext& context, const Attribute& data);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_EXPRESSION_CONTEXT_H_
