// Other programs that use nf_tables all the time, on tables of their own.
#ifndef NATPLAN_TESTS_STRESS_NEIGHBOURS_H_
#define NATPLAN_TESTS_STRESS_NEIGHBOURS_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace natplan::stress {

// Runs `nft` again and again, which adds and deletes a table with a set in it. Counts the runs that
// succeeded.
[[noreturn]] void RunNftForEver(std::atomic<std::uint64_t>& runs);

// Adds and deletes one element, with a pause behind each commit. Counts the commits.
[[noreturn]] void CommitForEver(std::atomic<std::uint64_t>& commits, std::chrono::microseconds pause);

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_NEIGHBOURS_H_
