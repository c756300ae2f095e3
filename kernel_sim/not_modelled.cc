// Objects and flowtables: nothing can be created, so nothing is there to be deleted.
#include <array>
#include <cerrno>

#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_OBJ_MAX + 1> kObjectPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},      // NFTA_OBJ_TABLE
    {AttributeKind::kString, kNameLimit},      // NFTA_OBJ_NAME
    {AttributeKind::kU32},                     // NFTA_OBJ_TYPE
    {AttributeKind::kNested},                  // NFTA_OBJ_DATA
    {},                                        // NFTA_OBJ_USE
    {AttributeKind::kU64},                     // NFTA_OBJ_HANDLE
    {},                                        // NFTA_OBJ_PAD
    {AttributeKind::kBinary, kUserdataLimit},  // NFTA_OBJ_USERDATA
}};

constexpr std::array<AttributeRule, NFTA_FLOWTABLE_MAX + 1> kFlowtablePolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},  // NFTA_FLOWTABLE_TABLE
    {AttributeKind::kString, kNameLimit},  // NFTA_FLOWTABLE_NAME
    {AttributeKind::kNested},              // NFTA_FLOWTABLE_HOOK
    {},                                    // NFTA_FLOWTABLE_USE
    {AttributeKind::kU64},                 // NFTA_FLOWTABLE_HANDLE
    {},                                    // NFTA_FLOWTABLE_PAD
    {AttributeKind::kU32},                 // NFTA_FLOWTABLE_FLAGS
}};

int DeleteMissing(NfTables& state, const Request& request, std::size_t table_number,
                  std::uint8_t destroy_number, const Attribute& blamed) {
  const auto table = LookUpTable(state, request, table_number);
  if (!table) return table.error();
  if (IsDestroy(request, destroy_number)) return 0;
  request.extack->Blame(blamed);
  return ENOENT;
}

}  // namespace

std::span<const AttributeRule> ObjectPolicy() { return kObjectPolicy; }
std::span<const AttributeRule> FlowtablePolicy() { return kFlowtablePolicy; }

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newobj() (6.18), without any object type
int NewObject(NfTables& state, const Request& request) {
  if (!request[NFTA_OBJ_TYPE] || !request[NFTA_OBJ_NAME] || !request[NFTA_OBJ_DATA]) return EINVAL;
  const auto table = LookUpTable(state, request, NFTA_OBJ_TABLE);
  return table ? ENOENT : table.error();
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delobj() (6.18)
int DeleteObject(NfTables& state, const Request& request) {
  const Attribute& handle = request[NFTA_OBJ_HANDLE];
  const Attribute& name = request[NFTA_OBJ_NAME];
  if (!request[NFTA_OBJ_TYPE] || (!name && !handle)) return EINVAL;
  return DeleteMissing(state, request, NFTA_OBJ_TABLE, kMsgDestroyObj, handle ? handle : name);
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newflowtable() (6.18), without any flowtable type
int NewFlowtable(NfTables& state, const Request& request) {
  const bool complete =
      request[NFTA_FLOWTABLE_TABLE] && request[NFTA_FLOWTABLE_NAME] && request[NFTA_FLOWTABLE_HOOK];
  if (!complete) return EINVAL;
  const auto table = LookUpTable(state, request, NFTA_FLOWTABLE_TABLE);
  return table ? ENOENT : table.error();
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delflowtable() (6.18)
int DeleteFlowtable(NfTables& state, const Request& request) {
  const Attribute& handle = request[NFTA_FLOWTABLE_HANDLE];
  const Attribute& name = request[NFTA_FLOWTABLE_NAME];
  if (!request[NFTA_FLOWTABLE_TABLE] || (!name && !handle)) return EINVAL;
  return DeleteMissing(state, request, NFTA_FLOWTABLE_TABLE, kMsgDestroyFlowtable, handle ? handle : name);
}

}  // namespace natplan::kernel_sim
