// NEWTABLE, DELTABLE, DESTROYTABLE.
#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_TABLE_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},      // NFTA_TABLE_NAME
    {AttributeKind::kU32},                     // NFTA_TABLE_FLAGS
    {},                                        // NFTA_TABLE_USE
    {AttributeKind::kU64},                     // NFTA_TABLE_HANDLE
    {},                                        // NFTA_TABLE_PAD
    {AttributeKind::kBinary, kUserdataLimit},  // NFTA_TABLE_USERDATA
    {},                                        // NFTA_TABLE_OWNER
}};

constexpr std::uint32_t kKnownFlags = NFT_TABLE_F_DORMANT | NFT_TABLE_F_OWNER | kTableFlagPersist;

bool FamilyIsSupported(const Profile& profile, std::uint8_t family) {
  switch (family) {
    case NFPROTO_IPV4:
      return profile.ip_family;
    case NFPROTO_IPV6:
      return profile.ip6_family;
    case NFPROTO_INET:
    case NFPROTO_ARP:
    case NFPROTO_NETDEV:
    case NFPROTO_BRIDGE:
      return true;
    default:
      return false;
  }
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_updtable() (6.18)
int UpdateTable(NfTables& state, const Request& request, Table& table) {
  if (!request[NFTA_TABLE_FLAGS]) return 0;
  const std::uint32_t flags = ReadU32(request[NFTA_TABLE_FLAGS]);
  if ((flags & ~kKnownFlags) != 0) return EOPNOTSUPP;
  if (flags == table.flags) return 0;
  const bool was_owned = (table.flags & NFT_TABLE_F_OWNER) != 0;
  const bool owned = (flags & NFT_TABLE_F_OWNER) != 0;
  if (was_owned && !owned) return EOPNOTSUPP;
  const bool orphan = table.flags == kTableFlagPersist;
  if (!was_owned && owned && !orphan) return EOPNOTSUPP;
  if (((flags ^ table.flags) & kTableFlagPersist) != 0) return EOPNOTSUPP;
  if (table.flags_changed) return EINVAL;
  // A policy update of a base chain and a toggle of the whole table do not go into one batch.
  const bool toggles = ((flags ^ table.flags) & NFT_TABLE_F_DORMANT) != 0;
  const auto updates_chain = [&](const Transaction& entry) {
    return entry.change == Change::kUpdateChain && entry.table == &table && entry.chain->base != nullptr;
  };
  if (toggles && std::ranges::any_of(state.log, updates_chain)) return EINVAL;

  Transaction& entry = Record(state, request, Change::kUpdateTable, table);
  entry.update = std::make_unique<Update>();
  entry.update->table_flags = table.flags;
  table.flags = flags;
  table.flags_changed = true;
  if (owned && !was_owned) table.owner = request.sender->port;
  return 0;
}

// Everything in a table is deleted before the table.
// Kernel: net/netfilter/nf_tables_api.c nft_flush_table() (6.18)
void FlushTable(NfTables& state, const Request& request, Table& table) {
  for (const auto& chain : table.chains) {
    if (chain->active) RemoveAllRules(state, request, *chain);
  }
  for (const auto& set : table.sets) {
    if (!set->active) continue;
    if (set->is_anonymous() && !set->bindings.empty()) continue;
    RemoveSet(state, request, *set);
  }
  for (const auto& chain : table.chains) {
    if (!chain->active) continue;
    chain->active = false;
    --table.use;
    Record(state, request, Change::kDeleteChain, table).chain = chain.get();
  }
  table.active = false;
  Record(state, request, Change::kDeleteTable, table);
}

// Kernel: net/netfilter/nf_tables_api.c nft_flush() (6.18)
int FlushTables(NfTables& state, const Request& request) {
  const Attribute& name = request[NFTA_TABLE_NAME];
  for (const auto& table : state.tables) {
    if (request.family != NFPROTO_UNSPEC && table->family != request.family) continue;
    if (!table->active) continue;
    if ((table->flags & NFT_TABLE_F_OWNER) != 0 && table->owner != request.sender->port) continue;
    if (name && table->name != ReadString(name)) continue;
    FlushTable(state, request, *table);
  }
  return 0;
}

}  // namespace

std::span<const AttributeRule> TablePolicy() { return kPolicy; }

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newtable() (6.18)
int NewTable(NfTables& state, const Request& request) {
  if (!FamilyIsSupported(state.profile, request.family)) return EOPNOTSUPP;
  const Attribute& name = request[NFTA_TABLE_NAME];
  const auto found = LookUpTable(state, request, NFTA_TABLE_NAME);
  if (found) {
    if ((request.flags() & NLM_F_EXCL) != 0) {
      request.extack->Blame(name);
      return EEXIST;
    }
    if ((request.flags() & NLM_F_REPLACE) != 0) return EOPNOTSUPP;
    return UpdateTable(state, request, **found);
  }
  if (found.error() != ENOENT) return found.error();
  request.extack->bad_attribute = nullptr;

  std::uint32_t flags = 0;
  if (request[NFTA_TABLE_FLAGS]) flags = ReadU32(request[NFTA_TABLE_FLAGS]);
  if ((flags & ~kKnownFlags) != 0) return EOPNOTSUPP;
  auto table = std::make_unique<Table>();
  table->family = request.family;
  table->name = ReadString(name);
  table->handle = ++state.next_table_handle;
  table->flags = flags;
  if ((flags & NFT_TABLE_F_OWNER) != 0) table->owner = request.sender->port;
  if (const Attribute& userdata = request[NFTA_TABLE_USERDATA]) {
    table->userdata.emplace(userdata.payload.begin(), userdata.payload.end());
  }
  table->validate = state.validate;
  Record(state, request, Change::kNewTable, *table);
  state.tables.push_back(std::move(table));
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_deltable() (6.18)
int DeleteTable(NfTables& state, const Request& request) {
  const Attribute& name = request[NFTA_TABLE_NAME];
  const Attribute& handle = request[NFTA_TABLE_HANDLE];
  if (request.family == NFPROTO_UNSPEC || (!name && !handle)) return FlushTables(state, request);
  Table* table = handle ? FindTableByHandle(state, request.family, ReadU64(handle))
                        : FindTable(state, request.family, ReadString(name));
  const Attribute& blamed = handle ? handle : name;
  if (table == nullptr) {
    if (IsDestroy(request, kMsgDestroyTable)) return 0;
    request.extack->Blame(blamed);
    return ENOENT;
  }
  if ((table->flags & NFT_TABLE_F_OWNER) != 0 && table->owner != request.sender->port) {
    request.extack->Blame(blamed);
    return EPERM;
  }
  if ((request.flags() & NLM_F_NONREC) != 0 && table->use > 0) return EBUSY;
  FlushTable(state, request, *table);
  return 0;
}

}  // namespace natplan::kernel_sim
