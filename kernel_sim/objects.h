// The objects of nf_tables: tables hold chains and sets, chains hold rules, rules hold expressions, sets
// elements.
//
// As in the kernel, an object that a batch creates or deletes stays in its container until the batch is
// committed or aborted; `active` says whether it exists in the generation that the batch is making. Between
// batches every object is active.
#ifndef NATPLAN_KERNEL_SIM_OBJECTS_H_
#define NATPLAN_KERNEL_SIM_OBJECTS_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel_sim/expression.h"
#include "kernel_sim/set.h"

namespace natplan::kernel_sim {

struct Table;
struct Chain;

struct Rule {
  Chain* chain = nullptr;
  bool active = true;
  std::uint64_t handle = 0;
  std::vector<std::unique_ptr<Expression>> expressions;
  std::vector<std::uint8_t> userdata;
  std::list<std::unique_ptr<Rule>>::iterator place;  // in chain->rules
};

enum class ChainType : std::uint8_t { kFilter, kRoute, kNat };

struct BaseChain {
  ChainType type = ChainType::kFilter;
  std::uint32_t hook = 0;
  std::int32_t priority = 0;
  std::uint32_t policy = 1;  // NF_ACCEPT
  std::vector<std::string> devices;
  bool has_devices = false;  // netdev, and inet at ingress: the dump has NFTA_HOOK_DEVS
};

struct Chain {
  Table* table = nullptr;
  bool active = true;
  std::uint64_t handle = 0;
  std::string name;
  std::uint32_t flags = 0;
  std::uint32_t use = 0;  // rules, and jumps to it
  std::unique_ptr<BaseChain> base;
  std::optional<std::vector<std::uint8_t>> userdata;  // shown also if it is empty
  std::list<std::unique_ptr<Rule>> rules;
  // Scratch of the graph validation: the run that saw this chain last, and how deep.
  std::uint64_t validation_run = 0;
  unsigned validation_level = 0;
};

// Whether the graph of a table must be validated before the next commit (enum nft_validate_state).
enum class ValidateState : std::uint8_t { kSkip, kNeed, kDo };

struct Table {
  std::uint8_t family = 0;
  bool active = true;
  std::string name;
  std::uint64_t handle = 0;
  std::uint64_t next_handle = 0;
  std::uint32_t flags = 0;
  std::uint32_t use = 0;  // chains, sets, objects
  std::uint32_t owner = 0;
  std::optional<std::vector<std::uint8_t>> userdata;  // shown also if it is empty
  std::vector<std::unique_ptr<Chain>> chains;
  std::vector<std::unique_ptr<Set>> sets;
  ValidateState validate = ValidateState::kSkip;
  bool flags_changed = false;  // in this batch (__NFT_TABLE_F_UPDATE)
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_OBJECTS_H_
