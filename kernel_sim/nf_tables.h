// The nf_tables of one network namespace: its objects, and the batch that is being carried out.
#ifndef NATPLAN_KERNEL_SIM_NF_TABLES_H_
#define NATPLAN_KERNEL_SIM_NF_TABLES_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "kernel_sim/objects.h"
#include "kernel_sim/profile.h"
#include "kernel_sim/request.h"
#include "kernel_sim/transaction.h"

namespace natplan::kernel_sim {

// What has left its container in the running batch; it is freed when the batch is over, because the undo log
// and the notifications still point to it.
struct Graveyard {
  std::vector<std::unique_ptr<Table>> tables;
  std::vector<std::unique_ptr<Chain>> chains;
  std::vector<std::unique_ptr<Rule>> rules;
  std::vector<std::unique_ptr<Set>> sets;
  std::vector<ElementPointer> elements;
};

// Plain state; the functions that work on it are grouped by object in files of their own.
struct NfTables {
  Profile profile;
  std::uint32_t generation = 1;
  std::uint64_t next_table_handle = 0;
  std::vector<std::unique_ptr<Table>> tables;
  // What tables made in this batch start with: kDo while a batch is replayed to find the message to blame.
  ValidateState validate = ValidateState::kSkip;
  std::uint64_t validation_run = 0;
  // Counts the runs of batches, so that what is remembered for one batch is forgotten in the next.
  std::uint64_t batch = 0;
  std::vector<Transaction> log;
  Graveyard graveyard;
  // Counts changes to committed contents, so that a dump can tell whether its place is still good.
  std::uint64_t changes = 0;
};

// Finding objects of the generation that the batch is making. Families must agree exactly.
// Kernel: net/netfilter/nf_tables_api.c nft_table_lookup(), nft_chain_lookup(), nft_set_lookup() (6.18)
Table* FindTable(const NfTables& state, std::uint8_t family, std::string_view name);
Table* FindTableByHandle(const NfTables& state, std::uint8_t family, std::uint64_t handle);
Chain* FindChain(const Table& table, std::string_view name);
Chain* FindChainByHandle(const Table& table, std::uint64_t handle);
Set* FindSet(const Table& table, std::string_view name);
Set* FindSetByHandle(const Table& table, std::uint64_t handle);
Rule* FindRule(const Chain& chain, std::uint64_t handle);
// By the numbers that a batch gives to what it makes.
Chain* FindChainById(const NfTables& state, const Table& table, std::uint32_t id);
Set* FindSetById(const NfTables& state, const Table& table, std::uint32_t id);
Rule* FindRuleById(const NfTables& state, const Chain& chain, std::uint32_t id);
// By name, else by id.
Set* FindSetByNameOrId(const NfTables& state, const Table& table, const Attribute& name, const Attribute& id);

// The table that attribute `number` names, for a sender who may change it. Blames the attribute with ENOENT,
// or EPERM if another socket owns the table.
std::expected<Table*, int> LookUpTable(const NfTables& state, const Request& request, std::size_t number);

// Take an object out of its container and keep it in the graveyard.
void Bury(NfTables& state, Table& table);
void Bury(NfTables& state, Chain& chain);
void Bury(NfTables& state, Rule& rule);
void Bury(NfTables& state, Set& set);

inline std::uint64_t NextHandle(Table& table) { return ++table.next_handle; }

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_NF_TABLES_H_
