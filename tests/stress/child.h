// Processes of a test.
#ifndef NATPLAN_TESTS_STRESS_CHILD_H_
#define NATPLAN_TESTS_STRESS_CHILD_H_

#include <sys/types.h>

#include <functional>

namespace natplan::stress {

// Forks. The child dies with this process; its exit status is 0 if `body` returns true, and 1 otherwise. This
// process must have one thread alone.
pid_t StartChild(const std::function<bool()>& body);

// Waits, and returns how it ended, as waitpid(2) gives it.
int EndOf(pid_t child);

// SIGKILL; returns how it ended: it may have been faster.
int Kill(pid_t child);

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_CHILD_H_
