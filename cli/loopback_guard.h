// The rules of natplan's that protect 127.0.0.0/8 while route_localnet is on.
#ifndef NATPLAN_CLI_LOOPBACK_GUARD_H_
#define NATPLAN_CLI_LOOPBACK_GUARD_H_

#include <expected>

#include "core/plan/executor.h"
#include "core/values/error.h"

namespace natplan::cli {

// Whether packets meet them now, in natplan's own table or in the table raw of either variant of iptables. Of
// any interface: they name none but lo.
std::expected<bool, Error> IsLoopbackGuarded(TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_LOOPBACK_GUARD_H_
