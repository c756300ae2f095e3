// NEWSETELEM, DELSETELEM, DESTROYSETELEM.
#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel_sim/element_key.h"
#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/validate.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

// Kernel: net/netfilter/nf_tables_api.c nft_setelem_parse_data() (6.18)
int ParseElementData(NfTables& state, const Set& set, const Attribute& attribute, Data& out) {
  DataDescription description;
  if (set.has_verdicts()) {
    description.verdict_allowed = true;
  } else {
    description = {.value_allowed = true, .limit = 64, .length = set.declaration.data_length};
  }
  return ParseData(state, *set.table, attribute, description, out);
}

// What may stand beside the key. Kernel: nft_add_set_elem(), its checks of attributes (6.18)
int CheckElementAttributes(const Set& set, const ElementAttributes& attributes, std::uint32_t flags) {
  const bool end = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
  const bool has_data = static_cast<bool>(attributes[NFTA_SET_ELEM_DATA]);
  if (set.is_map() ? !has_data && !end : has_data) return EINVAL;
  if (attributes[NFTA_SET_ELEM_OBJREF] || attributes[NFTA_SET_ELEM_KEY_END]) return EINVAL;
  const bool has_extra = has_data || attributes[NFTA_SET_ELEM_TIMEOUT] ||
                         attributes[NFTA_SET_ELEM_EXPIRATION] || attributes[NFTA_SET_ELEM_USERDATA] ||
                         attributes[NFTA_SET_ELEM_EXPR] || attributes[NFTA_SET_ELEM_EXPRESSIONS];
  if (end && has_extra) return EINVAL;
  // The set has no timeouts.
  if (attributes[NFTA_SET_ELEM_TIMEOUT] || attributes[NFTA_SET_ELEM_EXPIRATION]) return EINVAL;
  if (attributes[NFTA_SET_ELEM_EXPR] || attributes[NFTA_SET_ELEM_EXPRESSIONS]) return EOPNOTSUPP;
  return 0;
}

Element* FindCatchAll(const Set& set) {
  const auto found =
      std::ranges::find_if(set.catch_all, [](const ElementPointer& element) { return element->active; });
  return found == set.catch_all.end() ? nullptr : found->get();
}

// Kernel: net/netfilter/nf_tables_api.c nft_setelem_insert(), nft_setelem_catchall_insert() (6.18)
InsertResult Insert(NfTables& state, Set& set, ElementPointer& element) {
  if (!element->is_catch_all()) return set.elements->Insert(element, state.batch);
  if (const Element* existing = FindCatchAll(set)) return {InsertOutcome::kDuplicate, existing};
  set.catch_all.push_back(std::move(element));
  return {};
}

bool IsFull(const Set& set) {
  if (set.size == 0) return false;
  const std::uint64_t room = std::uint64_t{set.size} + set.elements->FreeElements() + set.deactivated_count;
  return set.element_count >= room;
}

// Elements of one set that follow each other in the log are one entry in the kernel: all have the flags of
// the first message. Kernel: net/netfilter/nf_tables_api.c nft_trans_try_collapse() (6.18)
void RecordElement(NfTables& state, const Request& request, Change change, Set& set, Element& element) {
  Transaction& entry = Record(state, request, change, *set.table);
  entry.set = &set;
  entry.element = &element;
  if (state.log.size() < 2) return;
  const Transaction& before = state.log[state.log.size() - 2];
  if (before.change != change || before.set != &set) return;
  entry.flags = before.flags;
  entry.echo = before.echo;
}

// Kernel: net/netfilter/nf_tables_api.c nft_add_set_elem() (6.18)
int AddElement(NfTables& state, const Request& request, Set& set, const Attribute& item) {
  ElementAttributes attributes;
  if (const int error = attributes.Parse(item, kElementPolicy)) return error;
  std::uint32_t flags = 0;
  if (const int error = ParseElementFlags(set, attributes, flags)) return error;
  if (const int error = CheckElementAttributes(set, attributes, flags)) return error;
  Data key;
  if (attributes[NFTA_SET_ELEM_KEY]) {
    if (const int error = ParseElementKey(set, attributes[NFTA_SET_ELEM_KEY], key)) return error;
  }
  Data data;
  const bool has_data = static_cast<bool>(attributes[NFTA_SET_ELEM_DATA]);
  if (has_data) {
    if (const int error = ParseElementData(state, set, attributes[NFTA_SET_ELEM_DATA], data)) return error;
    const bool looked_up = std::ranges::find(set.bindings, true) != set.bindings.end();
    if (looked_up && data.is_verdict && IsJump(data.verdict)) CallForValidation(*set.table);
  }
  ElementPointer element =
      Element::Make(key.value(), static_cast<std::uint8_t>(flags), has_data ? &data : nullptr,
                    attributes[NFTA_SET_ELEM_USERDATA].payload);
  Element* added = element.get();
  const InsertResult result = Insert(state, set, element);
  if (result.outcome != InsertOutcome::kInserted) {
    ReleaseVerdict(data.verdict);
    if (result.outcome == InsertOutcome::kIgnored) return 0;
    if (result.outcome == InsertOutcome::kOverlap || !added->SameData(*result.existing)) return EEXIST;
    return (request.flags() & NLM_F_EXCL) != 0 ? EEXIST : 0;
  }
  if (!added->is_catch_all()) {
    if (IsFull(set)) {
      ReleaseVerdict(data.verdict);
      set.elements->Remove(added);
      return ENFILE;
    }
    ++set.element_count;
  }
  RecordElement(state, request, Change::kNewElement, set, *added);
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nft_setelem_data_deactivate() (6.18)
void RecordDeletion(NfTables& state, const Request& request, Set& set, Element& element) {
  element.active = false;
  ReleaseVerdict(element.verdict());
  if (!element.is_catch_all()) ++set.deactivated_count;
  RecordElement(state, request, Change::kDeleteElement, set, element);
}

// Kernel: net/netfilter/nf_tables_api.c nft_del_setelem() (6.18)
int RemoveElement(NfTables& state, const Request& request, Set& set, const Attribute& item) {
  ElementAttributes attributes;
  if (const int error = attributes.Parse(item, kElementPolicy)) return error;
  std::uint32_t flags = 0;
  if (const int error = ParseElementFlags(set, attributes, flags)) return error;
  if (attributes[NFTA_SET_ELEM_KEY_END]) return EINVAL;
  Element* element = nullptr;
  if ((flags & NFT_SET_ELEM_CATCHALL) != 0) {
    element = FindCatchAll(set);
  } else {
    Data key;
    if (const int error = ParseElementKey(set, attributes[NFTA_SET_ELEM_KEY], key)) return error;
    const bool end = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
    element = set.elements->Deactivate(key.value(), end, state.batch);
  }
  if (element == nullptr) return ENOENT;
  RecordDeletion(state, request, set, *element);
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nft_set_flush() (6.18)
void FlushSet(NfTables& state, const Request& request, Set& set) {
  for (Element* element = set.elements->Next(nullptr); element != nullptr;
       element = set.elements->Next(element)) {
    if (element->active) RecordDeletion(state, request, set, *element);
  }
  if (Element* element = FindCatchAll(set)) RecordDeletion(state, request, set, *element);
}

// Looks up what both messages name. `allow_id`: also by NFTA_SET_ELEM_LIST_SET_ID.
int FindElementSet(NfTables& state, const Request& request, bool allow_id, Set*& out) {
  const auto found = LookUpTable(state, request, NFTA_SET_ELEM_LIST_TABLE);
  if (!found) return found.error();
  const Attribute& name = request[NFTA_SET_ELEM_LIST_SET];
  const Attribute none;
  const Attribute& id = allow_id ? request[NFTA_SET_ELEM_LIST_SET_ID] : none;
  if (!name && !id) return EINVAL;
  out = FindSetByNameOrId(state, **found, name, id);
  if (out != nullptr) return 0;
  if (name) request.extack->Blame(name);
  return ENOENT;
}

}  // namespace

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newsetelem() (6.18)
int NewElements(NfTables& state, const Request& request) {
  const Attribute& list = request[NFTA_SET_ELEM_LIST_ELEMENTS];
  if (!list) return EINVAL;
  Set* set = nullptr;
  if (const int error = FindElementSet(state, request, true, set)) return error;
  if (!set->bindings.empty() && (set->is_constant() || set->is_anonymous())) return EBUSY;
  Attribute item;
  for (AttributeCursor cursor(list.payload); cursor.Next(item);) {
    if (const int error = AddElement(state, request, *set, item)) {
      request.extack->Blame(item);
      return error;
    }
  }
  return set->table->validate == ValidateState::kDo ? ValidateTable(state, *set->table) : 0;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delsetelem() (6.18)
int DeleteElements(NfTables& state, const Request& request) {
  Set* set = nullptr;
  if (const int error = FindElementSet(state, request, false, set)) return error;
  if (set->is_anonymous()) return EOPNOTSUPP;
  if (!set->bindings.empty() && set->is_constant()) return EBUSY;
  const Attribute& list = request[NFTA_SET_ELEM_LIST_ELEMENTS];
  if (!list) {
    FlushSet(state, request, *set);
    return 0;
  }
  Attribute item;
  for (AttributeCursor cursor(list.payload); cursor.Next(item);) {
    const int error = RemoveElement(state, request, *set, item);
    if (error == ENOENT && IsDestroy(request, kMsgDestroySetElem)) continue;
    if (error != 0) {
      request.extack->Blame(item);
      return error;
    }
  }
  return 0;
}

}  // namespace natplan::kernel_sim
