#include "kernel_sim/validate.h"

#include <cerrno>

#include "kernel_sim/numbers.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

// A chain that this walk has seen at this depth or deeper is not walked again: without that, a few dozen
// chains that each jump twice to the next would take forever.
bool Seen(const ValidationContext& context, const Chain& chain) {
  return chain.validation_run == context.run && chain.validation_level >= context.level;
}

int ValidateChain(ValidationContext& context, Chain& chain) {
  if (context.level == kJumpStackSize) return EMLINK;
  if (Seen(context, chain)) return 0;
  for (const auto& rule : chain.rules) {
    if (!rule->active) continue;
    for (const auto& expression : rule->expressions) {
      if (const int error = expression->Validate(context)) return error;
    }
  }
  chain.validation_run = context.run;
  chain.validation_level = context.level;
  return 0;
}

}  // namespace

int ValidateTable(NfTables& state, Table& table) {
  for (const auto& chain : table.chains) {
    if (chain->base == nullptr) continue;
    ValidationContext context{table.family, chain.get(), 0, ++state.validation_run};
    if (const int error = ValidateChain(context, *chain)) return error;
  }
  return 0;
}

bool ValidateTables(NfTables& state) {
  for (const auto& table : state.tables) {
    if (table->validate == ValidateState::kSkip) continue;
    table->validate = ValidateState::kDo;
    if (ValidateTable(state, *table) != 0) return false;
    table->validate = ValidateState::kSkip;
  }
  return true;
}

void CallForValidation(Table& table) {
  if (table.validate == ValidateState::kSkip) table.validate = ValidateState::kNeed;
}

int ValidateVerdict(ValidationContext& context, const Verdict& verdict) {
  if (!IsJump(verdict)) return 0;
  ++context.level;
  const int error = ValidateChain(context, *verdict.chain);
  --context.level;
  return error;
}

int ValidateVerdictMap(ValidationContext& context, const Set& set) {
  for (const Element* element = set.elements->Next(nullptr); element != nullptr;
       element = set.elements->Next(element)) {
    if (!element->active || !element->has_verdict()) continue;
    if (const int error = ValidateVerdict(context, element->verdict())) return error;
  }
  for (const ElementPointer& element : set.catch_all) {
    if (!element->active) continue;
    if (const int error = ValidateVerdict(context, element->verdict())) return error;
  }
  return 0;
}

}  // namespace natplan::kernel_sim
