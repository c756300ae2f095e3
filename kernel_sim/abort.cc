#include <algorithm>
#include <ranges>
#include <utility>

#include "kernel_sim/commit.h"
#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/set_binding.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

void UndoTableUpdate(Table& table, const Update& update) {
  if ((update.table_flags & NFT_TABLE_F_OWNER) == 0) table.owner = 0;
  table.flags = update.table_flags;
  table.flags_changed = false;
}

void UndoNewSet(NfTables& state, const Transaction& entry) {
  --entry.table->use;
  // A bound set went with its rule.
  if (!entry.bound) Bury(state, *entry.set);
}

void UndoNewElement(const Transaction& entry) {
  if (entry.bound) return;
  Set& set = *entry.set;
  if (entry.element->active) ReleaseVerdict(entry.element->verdict());
  if (!entry.element->is_catch_all()) {
    --set.element_count;
    set.elements->Remove(entry.element);
    return;
  }
  std::erase_if(set.catch_all, [&](const ElementPointer& element) { return element.get() == entry.element; });
}

void UndoDeleteElement(const Transaction& entry) {
  if (!entry.element->is_catch_all()) --entry.set->deactivated_count;
  HoldVerdict(entry.element->verdict());
  entry.element->active = true;
}

void Undo(NfTables& state, const Transaction& entry) {
  switch (entry.change) {
    case Change::kNewTable:
      Bury(state, *entry.table);
      break;
    case Change::kUpdateTable:
      UndoTableUpdate(*entry.table, *entry.update);
      break;
    case Change::kDeleteTable:
      entry.table->active = true;
      break;
    case Change::kNewChain:
      --entry.table->use;
      Bury(state, *entry.chain);
      break;
    case Change::kUpdateChain:
    case Change::kUpdateSet:
      break;
    case Change::kDeleteChain:
      ++entry.table->use;
      entry.chain->active = true;
      break;
    case Change::kNewRule:
      entry.rule->active = false;
      --entry.rule->chain->use;
      DeactivateExpressions(state, *entry.rule, ReleasePhase::kAbort);
      Bury(state, *entry.rule);
      break;
    case Change::kDeleteRule:
      ++entry.rule->chain->use;
      ActivateExpressions(state, *entry.rule);
      entry.rule->active = true;
      break;
    case Change::kNewSet:
      UndoNewSet(state, entry);
      break;
    case Change::kDeleteSet:
      ++entry.table->use;
      entry.set->active = true;
      HoldElementVerdicts(*entry.set);
      break;
    case Change::kNewElement:
      UndoNewElement(entry);
      break;
    case Change::kDeleteElement:
      UndoDeleteElement(entry);
      break;
  }
}

}  // namespace

void Abort(NfTables& state) {
  for (const Transaction& entry : std::views::reverse(state.log)) Undo(state, entry);
  state.log.clear();
  state.graveyard = {};
}

void ForgetValidation(NfTables& state) {
  state.validate = ValidateState::kSkip;
  for (const auto& table : state.tables) table->validate = ValidateState::kSkip;
}

}  // namespace natplan::kernel_sim
