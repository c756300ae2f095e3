// What the benchmarks load: forwards and prefixes, the same in every run, and a network namespace to load it
// into.
#ifndef NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_
#define NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "backends/netlink/socket.h"
#include "core/values/operation.h"
#include "core/values/prefix.h"

namespace natplan::benchmarks {

// `count` map elements in random order, `count` disjoint /28 in ascending order.
AddElements Forwards(std::size_t count);
AddElements Prefixes(std::size_t count);

// `count` different prefixes of random networks and lengths, in random order, some in others: /16 to /32; of
// IPv6 the same behind 2001:db8::/32.
std::vector<Prefix> RandomPrefixes(Family family, std::size_t count);
// `count` of them, in random order.
std::vector<Prefix> RandomBlock(const std::vector<Prefix>& prefixes, std::size_t count, std::mt19937& random);

// The table without elements, whatever was there.
Transaction EmptyTable();
Transaction DropTable();

// Enters a user and network namespace of its own, once; false if the host forbids it (said on stderr).
bool EnterNamespace();

// Sends bytes that were encoded before, and reads until the answer with `last_sequence` came: what any
// program must at least do. Aborts if the kernel refuses.
void SendRaw(NetlinkSocket& socket, std::span<const std::uint8_t> bytes, std::uint32_t last_sequence);

}  // namespace natplan::benchmarks

#endif  // NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_
