// What nobody is asked to carry out, whatever the kernel holds.
#ifndef NATPLAN_CORE_PLAN_REFUSAL_H_
#define NATPLAN_CORE_PLAN_REFUSAL_H_

#include <optional>

#include "core/plan/layout.h"
#include "core/plan/request.h"
#include "core/values/error.h"

namespace natplan {

// Why not (kInvalidArgument): the table has a name that nft cannot read back, or something that is to be
// added cannot work. What is removed need not be possible. None if there is no reason.
std::optional<Error> WhyRefused(const Layout& layout, const Request& request);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_REFUSAL_H_
