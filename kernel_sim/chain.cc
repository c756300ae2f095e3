// NEWCHAIN, DELCHAIN, DESTROYCHAIN.
#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel_sim/chain_hook.h"
#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_CHAIN_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},           // NFTA_CHAIN_TABLE
    {AttributeKind::kU64},                          // NFTA_CHAIN_HANDLE
    {AttributeKind::kString, kNameLimit},           // NFTA_CHAIN_NAME
    {AttributeKind::kNested},                       // NFTA_CHAIN_HOOK
    {AttributeKind::kU32},                          // NFTA_CHAIN_POLICY
    {},                                             // NFTA_CHAIN_USE
    {AttributeKind::kNulString, kModuleNameLimit},  // NFTA_CHAIN_TYPE
    {AttributeKind::kNested},                       // NFTA_CHAIN_COUNTERS
    {},                                             // NFTA_CHAIN_PAD
    {AttributeKind::kU32},                          // NFTA_CHAIN_FLAGS
    {AttributeKind::kU32},                          // NFTA_CHAIN_ID
    {AttributeKind::kBinary, kUserdataLimit},       // NFTA_CHAIN_USERDATA
}};

constexpr std::uint32_t kKnownFlags = NFT_CHAIN_BASE | NFT_CHAIN_HW_OFFLOAD | NFT_CHAIN_BINDING;

// Kernel: net/netfilter/nf_tables_api.c nf_tables_addchain() (6.18)
int AddChain(NfTables& state, const Request& request, Table& table, std::uint32_t policy,
             std::uint32_t flags) {
  auto chain = std::make_unique<Chain>();
  chain->table = &table;
  chain->flags = flags;
  if (request[NFTA_CHAIN_HOOK]) {
    chain->base = std::make_unique<BaseChain>();
    if ((flags & NFT_CHAIN_BINDING) != 0) return EOPNOTSUPP;
    if (const int error = ParseHook(state.profile, request, true, *chain->base)) return error;
    chain->base->policy = policy;
    chain->flags |= NFT_CHAIN_BASE;
  } else {
    if ((flags & NFT_CHAIN_BASE) != 0) return EINVAL;
    if ((flags & NFT_CHAIN_HW_OFFLOAD) != 0) return EOPNOTSUPP;
  }
  if (request[NFTA_CHAIN_NAME]) {
    chain->name = ReadString(request[NFTA_CHAIN_NAME]);
  } else if ((flags & NFT_CHAIN_BINDING) == 0) {
    return EINVAL;
  }
  chain->handle = NextHandle(table);
  if (chain->name.empty() && !request[NFTA_CHAIN_NAME])
    chain->name = "__chain" + std::to_string(chain->handle);
  if (const Attribute& userdata = request[NFTA_CHAIN_USERDATA]) {
    chain->userdata.emplace(userdata.payload.begin(), userdata.payload.end());
  }
  Transaction& entry = Record(state, request, Change::kNewChain, table);
  entry.chain = chain.get();
  if (request[NFTA_CHAIN_ID]) entry.id = ReadU32(request[NFTA_CHAIN_ID]);
  ++table.use;
  table.chains.push_back(std::move(chain));
  return 0;
}

// A second declaration of a base chain must agree with the first.
int CompareHook(NfTables& state, const Request& request, const Chain& chain, const Attribute& blamed) {
  if (!request[NFTA_CHAIN_HOOK]) return 0;
  if (chain.base == nullptr) {
    request.extack->Blame(blamed);
    return EEXIST;
  }
  BaseChain declared = *chain.base;
  if (const int error = ParseHook(state.profile, request, false, declared)) return error;
  if (declared.type != chain.base->type) {
    request.extack->Blame(blamed);
    return EEXIST;
  }
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_updchain() (6.18)
int UpdateChain(NfTables& state, const Request& request, Table& table, Chain& chain, std::uint32_t flags,
                const Attribute& blamed) {
  if (chain.flags != flags) return EOPNOTSUPP;
  if (const int error = CompareHook(state, request, chain, blamed)) return error;
  const Attribute& name = request[NFTA_CHAIN_NAME];
  auto update = std::make_unique<Update>();
  if (request[NFTA_CHAIN_HANDLE] && name) {
    const std::string_view wanted = ReadString(name);
    if (FindChain(table, wanted) != nullptr) {
      request.extack->Blame(name);
      return EEXIST;
    }
    const auto renames_alike = [&](const Transaction& entry) {
      return entry.change == Change::kUpdateChain && entry.table == &table &&
             entry.update->new_name == wanted;
    };
    if (std::ranges::any_of(state.log, renames_alike)) {
      request.extack->Blame(name);
      return EEXIST;
    }
    update->new_name = wanted;
  }
  if (request[NFTA_CHAIN_POLICY]) update->policy = ReadU32(request[NFTA_CHAIN_POLICY]);
  Transaction& entry = Record(state, request, Change::kUpdateChain, table);
  entry.chain = &chain;
  entry.update = std::move(update);
  return 0;
}

// The chain that the request means to change: by handle, else by name. Absent is not an error.
int FindExisting(const Request& request, const Table& table, Chain*& out, Attribute& blamed) {
  const Attribute& handle = request[NFTA_CHAIN_HANDLE];
  const Attribute& name = request[NFTA_CHAIN_NAME];
  if (handle) {
    blamed = handle;
    out = FindChainByHandle(table, ReadU64(handle));
    if (out != nullptr) return 0;
    request.extack->Blame(handle);
    return ENOENT;
  }
  blamed = name;
  if (name) out = FindChain(table, ReadString(name));
  return 0;
}

}  // namespace

std::span<const AttributeRule> ChainPolicy() { return kPolicy; }

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newchain() (6.18)
int NewChain(NfTables& state, const Request& request) {
  const auto found = LookUpTable(state, request, NFTA_CHAIN_TABLE);
  if (!found) return found.error();
  Table& table = **found;
  const Attribute& name = request[NFTA_CHAIN_NAME];
  if (!name && !request[NFTA_CHAIN_HANDLE] && !request[NFTA_CHAIN_ID]) return EINVAL;
  Chain* chain = nullptr;
  Attribute blamed;
  if (const int error = FindExisting(request, table, chain, blamed)) return error;

  std::uint32_t policy = NF_ACCEPT;
  if (request[NFTA_CHAIN_POLICY]) {
    const bool is_base =
        chain != nullptr ? chain->base != nullptr : static_cast<bool>(request[NFTA_CHAIN_HOOK]);
    if (!is_base) {
      request.extack->Blame(request[NFTA_CHAIN_POLICY]);
      return EOPNOTSUPP;
    }
    policy = ReadU32(request[NFTA_CHAIN_POLICY]);
    if (policy != NF_DROP && policy != NF_ACCEPT) return EINVAL;
  }
  std::uint32_t flags = chain != nullptr ? chain->flags : 0;
  if (request[NFTA_CHAIN_FLAGS]) flags = ReadU32(request[NFTA_CHAIN_FLAGS]);
  if ((flags & ~kKnownFlags) != 0) return EOPNOTSUPP;

  if (chain == nullptr) return AddChain(state, request, table, policy, flags);
  if ((chain->flags & NFT_CHAIN_BINDING) != 0) return EINVAL;
  if ((request.flags() & NLM_F_EXCL) != 0) {
    request.extack->Blame(blamed);
    return EEXIST;
  }
  if ((request.flags() & NLM_F_REPLACE) != 0) return EOPNOTSUPP;
  return UpdateChain(state, request, table, *chain, flags | (chain->flags & NFT_CHAIN_BASE), blamed);
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delchain() (6.18)
int DeleteChain(NfTables& state, const Request& request) {
  const auto found = LookUpTable(state, request, NFTA_CHAIN_TABLE);
  if (!found) return found.error();
  Table& table = **found;
  const Attribute& handle = request[NFTA_CHAIN_HANDLE];
  const Attribute& name = request[NFTA_CHAIN_NAME];
  if (!handle && !name) return EINVAL;
  const Attribute& blamed = handle ? handle : name;
  Chain* chain = handle ? FindChainByHandle(table, ReadU64(handle)) : FindChain(table, ReadString(name));
  if (chain == nullptr) {
    if (IsDestroy(request, kMsgDestroyChain)) return 0;
    request.extack->Blame(blamed);
    return ENOENT;
  }
  if ((request.flags() & NLM_F_NONREC) != 0 && chain->use > 0) return EBUSY;
  RemoveAllRules(state, request, *chain);
  // What still uses the chain after its own rules are gone is a jump.
  if (chain->use > 0) {
    request.extack->Blame(blamed);
    return EBUSY;
  }
  chain->active = false;
  --table.use;
  Record(state, request, Change::kDeleteChain, table).chain = chain;
  return 0;
}

}  // namespace natplan::kernel_sim
