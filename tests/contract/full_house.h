// Three prefixes and three forwards of each family: enough that a restoration of less than everything shows.
#ifndef NATPLAN_TESTS_CONTRACT_FULL_HOUSE_H_
#define NATPLAN_TESTS_CONTRACT_FULL_HOUSE_H_

#include <string>
#include <vector>

#include "tests/contract/world.h"

namespace natplan::contract {

std::vector<Intent> FullHouse();
// One call for each.
void Fill(World& world, Nat& nat);
// Both tables are as the skeleton makes them and hold the full house; with 10.9.0.0/24 if `ninth`.
void ExpectFullHouse(World& world, bool ninth = false);
inline constexpr const char* kNinth = "10.9.0.0/24";

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_FULL_HOUSE_H_
