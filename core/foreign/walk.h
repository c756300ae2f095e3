// The way of packets through a base chain and the chains that it leads to.
#ifndef NATPLAN_CORE_FOREIGN_WALK_H_
#define NATPLAN_CORE_FOREIGN_WALK_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/foreign/condition.h"

namespace natplan::foreign {

// The rules of one table, whoever keeps them.
struct Program {
  // How many rules a chain has; none if there is no such chain.
  std::function<std::optional<std::size_t>(const std::string& chain)> size;
  std::function<Meaning(const std::string& chain, std::size_t rule)> meaning;
};

// A rule that ends the way of packets with these destination ports: of all of them (`certain`), or of some,
// by what else the rules ask for.
struct End {
  std::string chain = {};
  std::size_t rule = 0;
  Ending ending = Ending::kUnknown;  // never a jump, a goto or a return
  Condition when = {};
  bool understood = true;  // the rule, and those that lead to it
};

struct Way {
  std::vector<End> ends = {};  // in the order in which packets meet them
  Condition rest = {};         // what comes to the chain's policy
  bool complete = true;        // not so many rules that some were left out
};

// Rules that are gone through at most. A jump is gone through each time, as the kernel does.
inline constexpr std::size_t kMostSteps = 100'000;

Way Walk(const Program& program, const std::string& base_chain, std::size_t most_steps = kMostSteps);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_WALK_H_
