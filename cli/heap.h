// The heap of a process that runs one command and ends.
#ifndef NATPLAN_CLI_HEAP_H_
#define NATPLAN_CLI_HEAP_H_

#include <cstddef>

namespace natplan::cli {

// To be called before anything else runs: what is given back is kept, since the process would only ask for it
// again.
void KeepFreedMemory();

// That many bytes will be asked for soon. They get huge pages where the kernel has them to give: a process
// that fills some megabytes spends more time on the faults of its pages than on what it writes there. Takes
// no memory by itself, and if none is to be had, nothing happens.
void ExpectToAllocate(std::size_t bytes);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HEAP_H_
