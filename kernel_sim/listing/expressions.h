// A rule's expressions, decoded.
#ifndef NATPLAN_KERNEL_SIM_LISTING_EXPRESSIONS_H_
#define NATPLAN_KERNEL_SIM_LISTING_EXPRESSIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kernel_sim/listing/attribute_reader.h"

namespace natplan::kernel_sim::listing {

struct Verdict {
  std::int32_t code = 0;
  std::string chain;  // of a jump or goto
};

struct Immediate {
  std::uint32_t target = 0;
  Bytes value;
  std::optional<Verdict> verdict;
};

struct Compare {
  std::uint32_t source = 0;
  std::uint32_t op = 0;
  Bytes value;
};

struct Meta {
  std::uint32_t key = 0;
  std::uint32_t target = 0;
};

struct Ct {
  std::uint32_t key = 0;
  std::uint32_t reg = 0;
  bool writes = false;
};

struct Fib {
  std::uint32_t flags = 0;
  std::uint32_t result = 0;
  std::uint32_t target = 0;
};

struct Payload {
  std::uint32_t base = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t target = 0;
};

struct Bitwise {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  Bytes mask;
};

struct Lookup {
  std::string set;
  std::uint32_t source = 0;
  std::optional<std::uint32_t> target;
  bool inverted = false;
};

struct Nat {
  std::uint32_t type = 0;
  std::optional<std::uint32_t> address_min;
  std::optional<std::uint32_t> address_max;
  std::optional<std::uint32_t> port_min;
  std::optional<std::uint32_t> port_max;
  std::uint32_t flags = 0;
};

struct Masquerade {
  std::optional<std::uint32_t> port_min;
  std::optional<std::uint32_t> port_max;
  std::uint32_t flags = 0;
};

struct Counter {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

// An expression, or a form of one, that has no text here.
struct Unknown {
  std::string name;
};

using Expression = std::variant<Immediate, Compare, Meta, Ct, Fib, Payload, Bitwise, Lookup, Nat, Masquerade,
                                Counter, Unknown>;

// Decodes one NFTA_LIST_ELEM of NFTA_RULE_EXPRESSIONS.
Expression DecodeExpression(const Attributes& attributes);

// Decodes NFTA_DATA_VERDICT.
Verdict DecodeVerdict(const Attributes& attributes);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_EXPRESSIONS_H_
