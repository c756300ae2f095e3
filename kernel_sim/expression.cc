#include "kernel_sim/expression.h"

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

void DumpExpression(MessageWriter& writer, std::uint16_t type, const Expression& expression) {
  const std::size_t element = writer.BeginNest(type);
  writer.String(NFTA_EXPR_NAME, expression.name());
  const std::size_t data = writer.BeginNest(NFTA_EXPR_DATA);
  expression.Dump(writer);
  writer.EndNest(data);
  writer.EndNest(element);
}

}  // namespace natplan::kernel_sim
