// Tables of nf_tables of any program, as far as packets of IP see them.
#ifndef NATPLAN_CORE_FOREIGN_RULESET_H_
#define NATPLAN_CORE_FOREIGN_RULESET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/values/inline_bytes.h"
#include "core/values/snapshot.h"

namespace natplan::foreign {

enum class TableFamily : std::uint8_t { kIp, kIp6, kInet };
std::string_view Name(TableFamily family);  // "ip", "ip6", "inet"
bool Sees(TableFamily table, Family packets);

struct Verdict {
  std::int32_t code = 0;   // as ImmediateExpression has it
  std::string chain = {};  // of jump and goto
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

using Key = InlineBytes<64>;  // the kernel's longest (NFT_DATA_VALUE_MAXLEN)

struct SetElement {
  Key key = {};
  Key key_end = {};     // of a range of a concatenation: its last key; else empty
  bool is_end = false;  // of an interval: the first key behind it
  bool catch_all = false;
  std::optional<Verdict> verdict = {};  // of a verdict map
};

struct SetContents {
  std::string name = {};
  bool is_map = false;
  bool is_interval = false;
  std::vector<std::uint32_t> field_lengths = {};  // of a concatenation with ranges, in bytes
  std::vector<SetElement> elements = {};
  bool complete = false;        // all of them were read
  bool other_elements = false;  // there are some that natplan does not understand
};

struct Table {
  TableFamily family = TableFamily::kIp;
  std::string name = {};
  bool dormant = false;  // its chains see no packet
  std::vector<ChainSnapshot> chains = {};
  std::vector<SetContents> sets = {};

  const ChainSnapshot* FindChain(std::string_view chain) const;
  SetContents* FindSet(std::string_view set);
  const SetContents* FindSet(std::string_view set) const;
};

struct Ruleset {
  std::vector<Table> tables = {};
  // What was not looked at, a sentence each: the ruleset is large, or changed all the time.
  std::vector<std::string> gaps = {};
};

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_RULESET_H_
