// nf_tables' generation counter: one more with each commit that changes something, and after UINT32_MAX, 1.
#ifndef NATPLAN_CORE_VALUES_GENERATION_H_
#define NATPLAN_CORE_VALUES_GENERATION_H_

#include <cstdint>

namespace natplan {

// The generation so many commits behind `generation`: the counter passes over 0.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_commit() (6.18)
constexpr std::uint32_t GenerationAfter(std::uint32_t generation, std::uint32_t commits) {
  const std::uint32_t sum = generation + commits;
  return sum < generation ? sum + 1 : sum;
}
constexpr std::uint32_t NextGeneration(std::uint32_t generation) { return GenerationAfter(generation, 1); }

// Whether `one` comes after `other`. Generations wrap; two that are compared are less than 2^31 apart.
constexpr bool IsAfter(std::uint32_t one, std::uint32_t other) {
  const std::uint32_t distance = one - other;
  return distance != 0 && distance < std::uint32_t{1} << 31U;
}

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_GENERATION_H_
