// What a dump or a notification says, decoded: tables, chains, sets with their elements, rules.
#ifndef NATPLAN_KERNEL_SIM_LISTING_OBJECTS_H_
#define NATPLAN_KERNEL_SIM_LISTING_OBJECTS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/expressions.h"

namespace natplan::kernel_sim::listing {

struct TableKey {
  std::uint8_t family = 0;  // NFPROTO_*
  std::string name;

  auto operator<=>(const TableKey&) const = default;
};

struct Table {
  TableKey key;
  std::uint32_t flags = 0;
  std::string comment;
};

// A base chain's place.
struct Hook {
  std::string type;
  std::uint32_t number = 0;
  std::int32_t priority = 0;
  std::uint32_t policy = 0;
};

struct Chain {
  TableKey table;
  std::string name;
  std::optional<Hook> hook;
  std::string comment;
};

struct Rule {
  TableKey table;
  std::string chain;
  std::uint64_t handle = 0;
  std::optional<std::uint64_t> position;  // handle of the rule before it
  std::vector<Expression> expressions;
  std::string comment;
};

// One element as the kernel keeps it: of an interval, the start and the end are two of them.
struct Element {
  Bytes key;
  bool catch_all = false;
  bool end = false;   // of an interval, exclusive
  bool open = false;  // nft's mark of a start that has no end
  std::optional<Bytes> data;
  std::optional<Verdict> verdict;
  std::optional<std::uint64_t> timeout_ms;
  std::optional<std::uint64_t> expires_ms;
  std::string comment;
};

struct Set {
  TableKey table;
  std::string name;
  std::uint32_t flags = 0;
  std::uint32_t key_type = 0;
  std::uint32_t key_length = 0;
  std::uint32_t data_type = 0;
  std::uint32_t data_length = 0;
  std::uint32_t policy = 0;
  std::uint32_t size = 0;
  std::uint64_t timeout_ms = 0;
  std::uint32_t gc_interval_ms = 0;
  bool auto_merge = false;
  std::string comment;
};

// The elements that one message speaks about.
struct ElementsMessage {
  TableKey table;
  std::string set;
  std::vector<Element> elements;
};

using SetKey = std::pair<TableKey, std::string>;

// Sets by name, as the text of a rule or of an element needs them.
struct SetWithElements {
  Set set;
  std::vector<Element> elements;  // in the order of the dump
};
using Sets = std::map<SetKey, SetWithElements>;

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_OBJECTS_H_
