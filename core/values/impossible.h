// Which intents cannot work on any host, because of what their addresses are.
#ifndef NATPLAN_CORE_VALUES_IMPOSSIBLE_H_
#define NATPLAN_CORE_VALUES_IMPOSSIBLE_H_

#include <optional>

#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan {

// Why nobody may want this (kInvalidArgument), in a sentence with the cure; none if it may work. A target
// that no packet is sent on to: 0.0.0.0 and ::, loopback, broadcast, multicast, 240.0.0.0/4, ::ffff:0:0/96,
// and fe80::/10, which needs an interface that nf_tables has no place for. A source that lies wholly within
// what no forwarded packet comes from: the same, but for 240.0.0.0/4, which Linux forwards. 169.254.0.0/16
// may be either: IPv4 has no scopes, and networks of containers use it with an on-link route.
//
// It is asked of what a caller wants. What is in the kernel already, from another program or an earlier
// version, is listed, replaced and removed like anything else.
std::optional<Error> WhyImpossible(const Intent& intent);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_IMPOSSIBLE_H_
