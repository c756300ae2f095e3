// How much memory this host can spare.
#ifndef NATPLAN_BACKENDS_HOST_MEMORY_H_
#define NATPLAN_BACKENDS_HOST_MEMORY_H_

#include <cstdint>
#include <optional>
#include <string>

namespace natplan {

// In bytes: MemAvailable of /proc/meminfo, or what is left to a control group that this process is in, or to
// one above it (v2: memory.max, v1: memory.limit_in_bytes), if that is less. Files in the page cache do not
// count as used. None: no file tells. `root` stands before the paths.
std::optional<std::uint64_t> AvailableMemory(const std::string& root = "");

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_HOST_MEMORY_H_
