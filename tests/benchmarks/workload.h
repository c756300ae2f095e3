// What the benchmarks load: forwards and prefixes, the same in every run, and a network namespace to load it
// into.
#ifndef NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_
#define NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backends/netlink/socket.h"
#include "core/values/operation.h"

namespace natplan::benchmarks {

// `count` map elements in random order, `count` disjoint /28 in ascending order.
AddElements Forwards(std::size_t count);
AddElements Prefixes(std::size_t count);

// The table without elements, whatever was there.
Transaction EmptyTable();
Transaction DropTable();

// Enters a user and network namespace of its own, once; false if the host forbids it (said on stderr).
bool EnterNamespace();

// Sends bytes that were encoded before, and reads until the answer with `last_sequence` came: what any
// program must at least do. Aborts if the kernel refuses.
void SendRaw(NetlinkSocket& socket, std::span<const std::uint8_t> bytes, std::uint32_t last_sequence);

double Median(std::vector<double> values);

}  // namespace natplan::benchmarks

#endif  // NATPLAN_TESTS_BENCHMARKS_WORKLOAD_H_
