// NEWSET, DELSET, DESTROYSET.
#include <array>
#include <cerrno>
#include <charconv>

#include "kernel_sim/handlers.h"
#include "kernel_sim/hash_elements.h"
#include "kernel_sim/interval_elements.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/set_binding.h"
#include "kernel_sim/set_declaration.h"

namespace natplan::kernel_sim {
namespace {

std::unique_ptr<ElementStore> MakeStore(const Set& set) {
  if (set.is_interval()) {
    auto store = std::make_unique<IntervalElements>();
    store->set_anonymous(set.is_anonymous());
    return store;
  }
  // Kernel: net/netfilter/nf_tables_api.c nft_select_set_ops() (6.18), for the name that a dump shows.
  const std::uint32_t needs = set.declaration.flags & (NFT_SET_MAP | NFT_SET_EVAL);
  if (set.declaration.key_length <= 2 && needs == 0) {
    return std::make_unique<HashElements>("nft_set_bitmap_type");
  }
  if (set.size == 0 || (needs & NFT_SET_EVAL) != 0)
    return std::make_unique<HashElements>("nft_set_rhash_type");
  return std::make_unique<HashElements>(set.declaration.key_length == 4 ? "nft_set_hash_fast_type"
                                                                        : "nft_set_hash_type");
}

// Intervals of several fields, timeouts, objects and expressions in sets need what this kernel does not have.
// Intervals that rules update are refused by every kernel.
bool IsModelled(const Request& request, std::uint32_t flags) {
  constexpr std::uint32_t kNever = NFT_SET_TIMEOUT | NFT_SET_OBJECT | NFT_SET_EXPR;
  constexpr std::uint32_t kNotInIntervals = NFT_SET_CONCAT | NFT_SET_EVAL;
  if ((flags & kNever) != 0 || request[NFTA_SET_EXPR] || request[NFTA_SET_EXPRESSIONS]) return false;
  return (flags & NFT_SET_INTERVAL) == 0 || (flags & kNotInIntervals) == 0;
}

// A name with one %d gets the smallest free number in its place. 0, EINVAL for another conversion, ENFILE.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_set_alloc_name() (6.18)
int AllocateName(const Table& table, std::string_view wanted, std::string& out) {
  const std::size_t percent = wanted.find('%');
  if (percent == std::string_view::npos) {
    out = wanted;
    return FindSet(table, wanted) != nullptr ? EEXIST : 0;
  }
  const std::string_view after = wanted.substr(percent + 1);
  if (!after.starts_with('d') || after.find('%') != std::string_view::npos) return EINVAL;
  const std::string before(wanted.substr(0, percent));
  const std::string behind(after.substr(1));
  for (std::size_t number = 0; number <= table.sets.size(); ++number) {
    out = before + std::to_string(number) + behind;
    if (FindSet(table, out) == nullptr) return 0;
  }
  return ENFILE;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newset(), for a set that exists (6.18)
int UpdateSet(NfTables& state, const Request& request, Table& table, Set& set, const ParsedSet& parsed) {
  const Attribute& name = request[NFTA_SET_NAME];
  if ((request.flags() & NLM_F_EXCL) != 0) {
    request.extack->Blame(name);
    return EEXIST;
  }
  if ((request.flags() & NLM_F_REPLACE) != 0) return EOPNOTSUPP;
  if (set.is_anonymous()) return EOPNOTSUPP;
  if (parsed.declaration != set.declaration) {
    request.extack->Blame(name);
    return EEXIST;
  }
  Transaction& entry = Record(state, request, Change::kUpdateSet, table);
  entry.set = &set;
  entry.update = std::make_unique<Update>();
  entry.update->set_size = set.elements->ToStoreSize(parsed.size);
  return 0;
}

}  // namespace

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newset() (6.18)
int NewSet(NfTables& state, const Request& request) {
  ParsedSet parsed;
  if (const int error = ParseSetDeclaration(request, parsed)) return error;
  const auto found = LookUpTable(state, request, NFTA_SET_TABLE);
  if (!found) return found.error();
  Table& table = **found;
  const Attribute& name = request[NFTA_SET_NAME];
  if (Set* existing = FindSet(table, ReadString(name)))
    return UpdateSet(state, request, table, *existing, parsed);
  if ((request.flags() & NLM_F_CREATE) == 0) return ENOENT;
  if (!IsModelled(request, parsed.declaration.flags)) return EOPNOTSUPP;

  auto set = std::make_unique<Set>();
  if (const int error = AllocateName(table, ReadString(name), set->name)) return error;
  set->table = &table;
  set->declaration = std::move(parsed.declaration);
  set->id = ReadU32(request[NFTA_SET_ID]);
  set->policy = parsed.policy;
  set->size = parsed.size;
  set->elements = MakeStore(*set);
  set->size = set->elements->ToStoreSize(parsed.size);
  set->handle = NextHandle(table);
  const std::span<const std::uint8_t> userdata = request[NFTA_SET_USERDATA].payload;
  set->userdata.assign(userdata.begin(), userdata.end());
  Transaction& entry = Record(state, request, Change::kNewSet, table);
  entry.set = set.get();
  entry.id = set->id;
  ++table.use;
  table.sets.push_back(std::move(set));
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nft_delset() (6.18)
void RemoveSet(NfTables& state, const Request& request, Set& set) {
  ReleaseElementVerdicts(set);
  set.active = false;
  --set.table->use;
  Record(state, request, Change::kDeleteSet, *set.table).set = &set;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delset() (6.18)
int DeleteSet(NfTables& state, const Request& request) {
  if (request.family == NFPROTO_UNSPEC) return EAFNOSUPPORT;
  const auto found = LookUpTable(state, request, NFTA_SET_TABLE);
  if (!found) return found.error();
  const Attribute& handle = request[NFTA_SET_HANDLE];
  const Attribute& name = request[NFTA_SET_NAME];
  if (!handle && !name) return EINVAL;
  const Attribute& blamed = handle ? handle : name;
  Set* set = handle ? FindSetByHandle(**found, ReadU64(handle)) : FindSet(**found, ReadString(name));
  if (set == nullptr) {
    if (IsDestroy(request, kMsgDestroySet)) return 0;
    request.extack->Blame(blamed);
    return ENOENT;
  }
  const bool has_elements = set->element_count > 0 || !set->catch_all.empty();
  if (set->use > 0 || ((request.flags() & NLM_F_NONREC) != 0 && has_elements)) {
    request.extack->Blame(blamed);
    return EBUSY;
  }
  RemoveSet(state, request, *set);
  return 0;
}

}  // namespace natplan::kernel_sim
