// Three processes with an owner each, and programs that know nothing of them, change one kernel at random;
// between any two steps of a call anything may happen, and any answer may be lost. The oracle is what each
// owner asked for and what the kernel held right before each commit. Faults, and where they come from:
//   other calls and foreign changes between reading and committing   any program, at any time
//   an answer lost, the transaction carried out or not               ENOBUFS, a signal, a deadline
//   ERESTART, ENOENT                                                 a commit that came first
//   nothing sent                                                     no memory for the socket's buffer
//   torn readings, notifications that were missed                    a commit while dumping; an overrun
//   a call that is cancelled, a process that starts again            timeouts, crashes
#ifndef NATPLAN_TESTS_MODEL_OWNERS_MODEL_H_
#define NATPLAN_TESTS_MODEL_OWNERS_MODEL_H_

#include <cstdint>

#include "tests/model/model_kernel.h"

namespace natplan {

struct OwnersRun {
  std::uint64_t succeeded = 0;  // calls
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;  // ports
};

// Thirty steps. Fails the test where an owner has not what it asked for, or lost something to another.
OwnersRun RunOwnersSequence(std::uint32_t seed, const KernelMaker& kernel);

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_OWNERS_MODEL_H_
