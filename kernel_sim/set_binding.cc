#include "kernel_sim/set_binding.h"

#include <algorithm>
#include <cerrno>

#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

template <typename Action>
void ForEachActiveElement(const Set& set, Action action) {
  for (Element* element = set.elements->Next(nullptr); element != nullptr;
       element = set.elements->Next(element)) {
    if (element->active) action(*element);
  }
  for (const ElementPointer& element : set.catch_all) {
    if (element->active) action(*element);
  }
}

// Marks the log entries that made the set and its elements in this batch: its rule answers for them from now
// on. Kernel: net/netfilter/nf_tables_api.c nft_set_trans_bind() (6.18)
void MarkBound(NfTables& state, const Set& set, bool bound) {
  if (!set.is_anonymous()) return;
  for (Transaction& entry : state.log) {
    const bool made = entry.change == Change::kNewSet || entry.change == Change::kNewElement;
    if (made && entry.set == &set) entry.bound = bound;
  }
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_unbind_set() (6.18)
void Unbind(NfTables& state, Set& set, bool reads_data) {
  const auto place = std::ranges::find(set.bindings, reads_data);
  if (place != set.bindings.end()) set.bindings.erase(place);
  if (set.bindings.empty() && set.is_anonymous()) Bury(state, set);
}

}  // namespace

int BindSet(NfTables& state, Set& set, bool reads_data) {
  if (set.is_anonymous() && !set.bindings.empty()) return EBUSY;
  ++set.use;
  set.bindings.push_back(reads_data);
  MarkBound(state, set, true);
  return 0;
}

void ActivateSet(Set& set) {
  if (set.is_anonymous()) {
    HoldElementVerdicts(set);
    set.active = true;
  }
  ++set.use;
}

void DeactivateSet(NfTables& state, Set& set, bool reads_data, ReleasePhase phase) {
  switch (phase) {
    case ReleasePhase::kPrepareError:
      MarkBound(state, set, false);
      --set.use;
      // The set of a rule that failed is dropped with the batch.
      set.bindings.erase(std::ranges::find(set.bindings, reads_data));
      return;
    case ReleasePhase::kPrepare:
      if (set.is_anonymous()) {
        ReleaseElementVerdicts(set);
        set.active = false;
      }
      --set.use;
      return;
    case ReleasePhase::kAbort:
    case ReleasePhase::kRelease:
      if (set.is_anonymous()) ReleaseElementVerdicts(set);
      --set.use;
      break;
    case ReleasePhase::kCommit:
      break;
  }
  Unbind(state, set, reads_data);
}

void ReleaseElementVerdicts(const Set& set) {
  if (!set.has_verdicts()) return;
  ForEachActiveElement(set, [](const Element& element) { ReleaseVerdict(element.verdict()); });
}

void HoldElementVerdicts(const Set& set) {
  if (!set.has_verdicts()) return;
  ForEachActiveElement(set, [](const Element& element) { HoldVerdict(element.verdict()); });
}

}  // namespace natplan::kernel_sim
