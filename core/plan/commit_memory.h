// What a commit costs the host: the kernel tells every listener of each element, and keeps what it will tell
// until the commit is done.
#ifndef NATPLAN_CORE_PLAN_COMMIT_MEMORY_H_
#define NATPLAN_CORE_PLAN_COMMIT_MEMORY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/values/operation.h"

namespace natplan {

// While anybody on the host listens to nf_tables, in whatever network namespace, each element of a commit is
// a socket buffer of its own until the commit is done: NLMSG_GOODSIZE, and what manages it. An estimate, from
// one measurement on Linux 6.18: 65,535 forwards took 537 MiB more of slab.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_setelem_notify() (6.18)
inline constexpr std::uint64_t kBytesPerElement = 8600;

// A commit of fewer is not looked at: 8 MiB.
inline constexpr std::uint64_t kHarmlessElements = 1000;

// Of all that are added or deleted, as NodesOf() counts. What a flush deletes is not known.
std::uint64_t ElementsOf(const Transaction& transaction);

// What is wrong with a commit of so many elements where the host can spare `available` bytes; none: nothing.
// A quarter of what is there is left to others.
std::optional<std::string> MemoryShortage(std::uint64_t elements, std::uint64_t available);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_COMMIT_MEMORY_H_
