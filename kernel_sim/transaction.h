// The undo log: what the running batch has done so far, one entry a change.
#ifndef NATPLAN_KERNEL_SIM_TRANSACTION_H_
#define NATPLAN_KERNEL_SIM_TRANSACTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kernel_sim/objects.h"
#include "kernel_sim/request.h"

namespace natplan::kernel_sim {

struct NfTables;

enum class Change : std::uint8_t {
  kNewTable,
  kUpdateTable,
  kDeleteTable,
  kNewChain,
  kUpdateChain,
  kDeleteChain,
  kNewRule,
  kDeleteRule,
  kNewSet,
  kUpdateSet,
  kDeleteSet,
  kNewElement,
  kDeleteElement,
};

// What an update does at commit. Kernel: struct nft_trans_table, nft_trans_chain, nft_trans_set (6.18)
struct Update {
  std::uint32_t table_flags = 0;
  std::optional<std::uint32_t> policy;
  std::string new_name;
  std::uint32_t set_size = 0;
};

// One change. Pointers stay good until the batch is over: what is taken out of its container at commit or
// abort is kept until then. Of a set with a million new elements there are a million of these, so they are
// small.
struct Transaction {
  Change change = Change::kNewTable;
  std::uint16_t flags = 0;     // for the notification: NLM_F_CREATE and the like
  bool echo = false;           // the request had NLM_F_ECHO
  bool bound = false;          // a new anonymous set that a rule has taken
  std::uint32_t sequence = 0;  // of the request
  std::uint32_t id = 0;        // NFTA_CHAIN_ID, NFTA_RULE_ID, NFTA_SET_ID
  Table* table = nullptr;
  union {
    Chain* chain = nullptr;
    Rule* rule;
    Set* set;
  };
  Element* element = nullptr;
  std::unique_ptr<Update> update;
};

// Appends a change made on behalf of `request`. The reference is good until the next call.
Transaction& Record(NfTables& state, const Request& request, Change change, Table& table);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_TRANSACTION_H_
