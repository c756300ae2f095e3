// What the kernel holds of some tables at one generation.
#ifndef NATPLAN_CORE_VALUES_SNAPSHOT_H_
#define NATPLAN_CORE_VALUES_SNAPSHOT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/values/operation.h"

namespace natplan {

struct RuleSnapshot {
  std::uint64_t handle = 0;
  Expressions expressions = {};
  std::string comment = {};
  friend bool operator==(const RuleSnapshot&, const RuleSnapshot&) = default;
};

struct ChainSnapshot {
  std::string name = {};
  std::uint64_t handle = 0;
  std::optional<BaseChain> base = {};  // none: a regular chain
  std::vector<RuleSnapshot> rules = {};
  friend bool operator==(const ChainSnapshot&, const ChainSnapshot&) = default;
};

struct SetSnapshot {
  std::string name = {};
  std::uint64_t handle = 0;
  SetShape shape = {};
  // Raw nodes, never paired: kSingle, or kStart and kEnd, in the kernel's order. Empty where the request did
  // not ask for this set's elements.
  std::vector<Element> elements = {};
  // It holds elements that natplan does not understand and that are not in `elements`: catch-all elements,
  // elements with a timeout, and those whose key or data is longer than Element holds.
  bool other_elements = false;
  friend bool operator==(const SetSnapshot&, const SetSnapshot&) = default;
};

struct TableSnapshot {
  TableId id = {};
  std::uint64_t handle = 0;
  bool dormant = false;
  std::string comment = {};
  std::optional<std::uint32_t> owner_port = {};  // the port id of the socket that owns it (NFT_TABLE_F_OWNER)
  std::vector<ChainSnapshot> chains = {};
  std::vector<SetSnapshot> sets = {};
  // Names of objects and flowtables, which natplan never creates: what else stands in the table.
  std::vector<std::string> others = {};
  friend bool operator==(const TableSnapshot&, const TableSnapshot&) = default;
};

// A table that was asked for and is not here does not exist.
struct Snapshot {
  std::uint32_t generation = 0;
  std::vector<TableSnapshot> tables = {};

  const TableSnapshot* Find(const TableId& id) const;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

// One element of a set; of an interval set the range that contains the key, as its two nodes.
struct KeyRequest {
  TableId table = {};
  std::string set = {};
  ElementKey key = {};
  friend bool operator==(const KeyRequest&, const KeyRequest&) = default;
};

// What to read: these tables with chains, rules and sets, and the elements of the named sets. A family that
// the kernel does not have counts as a table that does not exist.
struct ReadRequest {
  std::vector<TableId> tables = {};
  std::vector<std::string> sets = {};  // whose elements are wanted
  std::vector<KeyRequest> keys = {};   // of other sets: these elements, as far as they are there
  friend bool operator==(const ReadRequest&, const ReadRequest&) = default;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_SNAPSHOT_H_
