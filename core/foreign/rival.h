// Rules of other programs that translate ports which natplan forwards. Pure.
#ifndef NATPLAN_CORE_FOREIGN_RIVAL_H_
#define NATPLAN_CORE_FOREIGN_RIVAL_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/foreign/port_set.h"
#include "core/foreign/ruleset.h"
#include "core/text/iptables_text.h"
#include "core/values/intent.h"
#include "core/values/per_family.h"

namespace natplan::foreign {

// Where natplan's own rules stand.
struct OwnPlace {
  // Its table of nf_tables, and what the comments of its rules in iptables begin with. What is there of both
  // is no other program's, whichever is in use. With iptables a table is natplan's only by its own name.
  std::string table = {};
  std::string comment = {};
  bool by_iptables = false;
};
OwnPlace InNftables(const std::string& table);
OwnPlace InIptables(const std::string& table);

// What is known of a host.
struct HostRules {
  Ruleset nf_tables = {};                             // iptables-nft's tables too
  PerFamily<std::vector<SavedRule>> legacy_nat = {};  // iptables-legacy's table nat
  PerFamily<SavedTable> legacy_filter = {};           // its table filter
  std::vector<Address> addresses = {};                // of its own, loopback's left out
};

enum class Winner {
  kTheirs,
  kOurs,
  kUnknown,  // equal priorities: the chain that was registered later comes first, and nothing tells which
};

// One rule.
struct Rival {
  std::string where = {};  // "table ip nat, chain DOCKER"
  std::string rule = {};   // "rule handle 7 (tcp dport 80 dnat to 192.0.2.1)"
  Family family = Family::kIp;
  Protocol protocol = Protocol::kTcp;
  PortSet ports = {};      // those that natplan forwards too
  bool certain = true;     // it takes every packet to them; else those that meet what else the rules ask for
  bool understood = true;  // else it may be that it takes none
  std::string base_chain = {};
  std::int32_t priority = 0;
  std::int32_t own_priority = 0;
  bool same_table = false;  // a rule of natplan leads from the same base chain: the first of the two wins
  Winner winner = Winner::kUnknown;

  std::string ToString() const;  // a sentence without its full stop
};

// The forwards are natplan's own. In the order of tables and rules.
std::vector<Rival> RivalsOf(std::span<const Forward> forwards, const HostRules& host, const OwnPlace& own);

// A chain of another program of type nat with hook and priority of one of natplan's, or of iptables' if
// natplan's rules are there: "chain prerouting of table ip io.systemd.nat (hook prerouting, priority -99)".
std::vector<std::string> ChainsBesideOwn(const Ruleset& ruleset, const OwnPlace& own);

// Whether any other program has a chain in which a destination can be translated.
bool IsRival(const Table& table, const ChainSnapshot& chain, const OwnPlace& own);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_RIVAL_H_
