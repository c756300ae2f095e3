// A rule in nft syntax.
#ifndef NATPLAN_KERNEL_SIM_LISTING_RULE_TEXT_H_
#define NATPLAN_KERNEL_SIM_LISTING_RULE_TEXT_H_

#include <string>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim::listing {

// The rule's statements and comment. `sets` tells the types of the sets that it looks up; of an anonymous
// one, the elements are printed in its place. An expression that this printer does not know becomes
// "# unknown expression NAME".
std::string RuleText(const Rule& rule, const Sets& sets);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_RULE_TEXT_H_
