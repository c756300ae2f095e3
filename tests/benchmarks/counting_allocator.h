// Replaces the global operator new of a benchmark, and counts.
#ifndef NATPLAN_TESTS_BENCHMARKS_COUNTING_ALLOCATOR_H_
#define NATPLAN_TESTS_BENCHMARKS_COUNTING_ALLOCATOR_H_

#include <cstddef>

namespace natplan::benchmarks {

// Calls of operator new since the program started.
std::size_t Allocations();

}  // namespace natplan::benchmarks

#endif  // NATPLAN_TESTS_BENCHMARKS_COUNTING_ALLOCATOR_H_
