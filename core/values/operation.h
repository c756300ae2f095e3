// Abstract steps on nf_tables, and the transaction that carries several of them out at once.
#ifndef NATPLAN_CORE_VALUES_OPERATION_H_
#define NATPLAN_CORE_VALUES_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/values/address.h"
#include "core/values/element.h"
#include "core/values/expression.h"

namespace natplan {

struct TableId {
  Family family = Family::kIp;
  std::string name = {};
  friend auto operator<=>(const TableId&, const TableId&) = default;
};

// A netfilter hook's number (linux/netfilter.h NF_INET_*).
enum class Hook : std::uint32_t { kPrerouting = 0, kInput = 1, kForward = 2, kOutput = 3, kPostrouting = 4 };
std::string Name(Hook hook);

enum class Policy : std::uint32_t { kDrop = 0, kAccept = 1 };

struct BaseChain {
  std::string type = {};  // "nat", "filter", "route"
  Hook hook = Hook::kPrerouting;
  std::int32_t priority = 0;
  Policy policy = Policy::kAccept;
  friend bool operator==(const BaseChain&, const BaseChain&) = default;
};

// What a set or map is made of. Type numbers are nft's (the kernel keeps and never reads them): ipv4_addr 7,
// ipv6_addr 8, inet_proto 12, inet_service 13; a concatenation is a << 6 | b.
struct SetShape {
  bool is_map = false;
  bool interval = false;
  std::uint32_t key_type = 0;
  std::uint32_t key_length = 0;  // bytes
  std::uint32_t data_type = 0;
  std::uint32_t data_length = 0;  // bytes
  std::uint32_t other_flags = 0;  // NFT_SET_* beyond INTERVAL and MAP, as read
  friend bool operator==(const SetShape&, const SetShape&) = default;
};

// Whether a set of this shape can hold the element: its kind, and the lengths of what it has. Whoever takes
// bytes of an element for an address or a port asks this first.
bool HasShape(const Element& element, const SetShape& shape);

struct EnsureTable {  // creates it, or makes a dormant one active
  TableId table;
  std::string comment = {};  // given to a table that is created; one that is there keeps its own
  friend bool operator==(const EnsureTable&, const EnsureTable&) = default;
};
struct DeleteTable {  // with everything in it
  TableId table;
  friend bool operator==(const DeleteTable&, const DeleteTable&) = default;
};
struct EnsureChain {  // creates it, or gives an existing one of the same hook the policy accept
  TableId table;
  std::string chain;
  BaseChain base;
  friend bool operator==(const EnsureChain&, const EnsureChain&) = default;
};
struct DeleteChain {  // with its rules
  TableId table;
  std::string chain;
  friend bool operator==(const DeleteChain&, const DeleteChain&) = default;
};
struct FlushChain {
  TableId table;
  std::string chain;
  friend bool operator==(const FlushChain&, const FlushChain&) = default;
};
struct EnsureSet {
  TableId table;
  std::string set;
  SetShape shape;
  friend bool operator==(const EnsureSet&, const EnsureSet&) = default;
};
struct DeleteSet {
  TableId table;
  std::string set;
  bool is_map = false;  // for the text only
  friend bool operator==(const DeleteSet&, const DeleteSet&) = default;
};
struct FlushSet {
  TableId table;
  std::string set;
  bool is_map = false;  // for the text only
  friend bool operator==(const FlushSet&, const FlushSet&) = default;
};
struct AppendRule {
  TableId table;
  std::string chain;
  Expressions expressions;
  std::string comment = {};
  friend bool operator==(const AppendRule&, const AppendRule&) = default;
};
struct DeleteRule {
  TableId table;
  std::string chain;
  std::uint64_t handle = 0;
  friend bool operator==(const DeleteRule&, const DeleteRule&) = default;
};
struct AddElements {
  TableId table;
  std::string set;
  SetShape shape;
  bool exclusive = false;  // refuse what is already there (NLM_F_EXCL)
  std::vector<Element> elements;
  friend bool operator==(const AddElements&, const AddElements&) = default;
};
struct DeleteElements {
  TableId table;
  std::string set;
  SetShape shape;
  std::vector<Element> elements;
  friend bool operator==(const DeleteElements&, const DeleteElements&) = default;
};

using Operation = std::variant<EnsureTable, DeleteTable, EnsureChain, DeleteChain, FlushChain, EnsureSet,
                               DeleteSet, FlushSet, AppendRule, DeleteRule, AddElements, DeleteElements>;

const TableId& TableOf(const Operation& operation);

// Ordered operations that the kernel takes completely or not at all.
struct Transaction {
  std::vector<Operation> operations = {};
  // The generation that the plan was made from; the kernel answers ERESTART at any other (NFNL_BATCH_GENID).
  std::optional<std::uint32_t> required_generation = {};
  bool check_only = false;  // validate, report, change nothing (a batch without BATCH_END)

  friend bool operator==(const Transaction&, const Transaction&) = default;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_OPERATION_H_
