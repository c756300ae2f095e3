// Rulesets that between them hold everything that the listing knows.
#ifndef NATPLAN_KERNEL_SIM_LISTING_RULESETS_FOR_TEST_H_
#define NATPLAN_KERNEL_SIM_LISTING_RULESETS_FOR_TEST_H_

#include <ostream>
#include <string>
#include <vector>

namespace natplan::kernel_sim {

struct NamedRuleset {
  std::string name;
  std::string text;  // for `nft -f`
};

inline std::ostream& operator<<(std::ostream& out, const NamedRuleset& ruleset) {
  return out << ruleset.name;
}

std::vector<NamedRuleset> NamedRulesets();

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_RULESETS_FOR_TEST_H_
