// A whole ruleset, decoded from the datagrams of dumps.
#ifndef NATPLAN_KERNEL_SIM_LISTING_RULESET_H_
#define NATPLAN_KERNEL_SIM_LISTING_RULESET_H_

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim {
namespace listing {

// Objects in the order of their dumps.
struct Ruleset {
  std::vector<Table> tables;
  std::vector<Chain> chains;
  std::vector<SetKey> set_order;
  Sets sets;
  std::vector<Rule> rules;
};

}  // namespace listing

using listing::Ruleset;

// Takes the answers to dumps of tables, chains, sets, elements and rules, the datagrams of each dump in order
// and the dumps in any. Control messages and other objects are passed over; malformed bytes are an error that
// says what is wrong. Never reads beyond a datagram.
std::expected<Ruleset, std::string> DecodeDumps(std::span<const std::vector<std::uint8_t>> datagrams);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_RULESET_H_
