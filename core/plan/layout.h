// What natplan's table is made of: names, chains, set, map, rules, and how intents become elements.
//
// It is the origin's layout (systemd, src/shared/firewall-util-nft.c), to the byte under the origin's table
// name. natplan's own table leaves the host's own packets alone and answers whoever calls a forward to
// himself, and it has a ledger beside it (core/plan/ledger.h), comments that name owners, and rules for what
// the origin does not do (core/plan/extra_rules.h).
#ifndef NATPLAN_CORE_PLAN_LAYOUT_H_
#define NATPLAN_CORE_PLAN_LAYOUT_H_

#include <optional>
#include <string>
#include <vector>

#include "core/values/desired_state.h"
#include "core/values/operation.h"

namespace natplan {

inline constexpr const char* kDefaultTable = "natplan";
inline constexpr const char* kMasqueradeSet = "masq_saddr";
inline constexpr const char* kForwardMap = "map_port_ipport";
// The comment of natplan's own table: the version of what stands in it.
inline constexpr const char* kTableComment = "natplan layout 2";

// A chain, and the rule that stands first in it.
struct ChainPlan {
  std::string name;
  BaseChain base;
  // forms[0] is what natplan writes. The others are what nft 1.0.6 writes for the same text: a listing that
  // was saved and loaded again with nft is not a difference.
  std::vector<Expressions> forms;
  // Rules that always stand behind it.
  std::vector<Expressions> behind = {};
};

// Which table, and whose.
struct Layout {
  std::string table = kDefaultTable;
  OwnerHasher hasher = HashOwner;  // of the owners in the ledger

  // natplan's own table. Any other is another program's, which natplan shares.
  bool own() const { return table == kDefaultTable; }
  TableId Id(Family family) const { return {family, table}; }
};

// Those that the table always has. In natplan's own, one more: it marks the connections that a container has
// with itself, or with its neighbour, by way of a forward.
const std::vector<ChainPlan>& Chains(const Layout& layout, Family family);
inline constexpr const char* kHairpinChain = "hairpin";
// The rule of the chain postrouting as layout 1 had it, and as the origin has it.
bool IsOriginsMasquerade(Family family, const Expressions& rule);
const SetShape& MasqueradeShape(Family family);
const SetShape& ForwardShape(Family family);

struct SetPlan {
  std::string name;
  SetShape shape;
};
// The sets and maps that the table always has.
std::vector<SetPlan> Sets(const Layout& layout, Family family);

// The operations that create the table with everything that it always has but elements.
std::vector<Operation> Skeleton(const TableId& table);

// [first address, first address behind the prefix); open at the top of the address space.
Element ToElement(const Prefix& prefix);

struct MapEntry {
  HostPort host_port;
  Endpoint to;
  std::string owner = {};  // its comment, if that is an owner's name; empty: nobody is recorded
  std::string note = {};   // its comment, if that is none
};
// Key: the protocol in byte 0, the port in bytes 4 and 5; data: the address, then the port in the two bytes
// behind it and two of padding. Network byte order, defined by position, the same on every machine.
Element ToElement(const MapEntry& entry);
// The reverse; none if the element is not one that natplan writes.
std::optional<MapEntry> ToMapEntry(Family family, const Element& element);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_LAYOUT_H_
