// The ruleset of a simulated kernel, read through its only door.
#ifndef NATPLAN_KERNEL_SIM_LISTING_KERNEL_LISTING_H_
#define NATPLAN_KERNEL_SIM_LISTING_KERNEL_LISTING_H_

#include <expected>
#include <string>

#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/ruleset.h"

namespace natplan::kernel_sim {

// Opens a socket of its own, dumps everything and decodes it. The error is the errno of the first thing that
// failed; EBADMSG: a dump cannot be decoded.
std::expected<Ruleset, int> ReadRuleset(Kernel& kernel);

// The same as text, as `nft list ruleset` prints it.
std::expected<std::string, int> ListRuleset(Kernel& kernel);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_KERNEL_LISTING_H_
