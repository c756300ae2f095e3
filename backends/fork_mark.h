// Tells a process from its copies.
#ifndef NATPLAN_BACKENDS_FORK_MARK_H_
#define NATPLAN_BACKENDS_FORK_MARK_H_

#include <sys/types.h>

namespace natplan {

// Made by a process, and known to be somebody else's in every copy of it that fork(2) or clone(2) makes. The
// process id alone would not do: the first process of a PID namespace has the same one as its parent, if that
// is the first of another. So a page of memory remembers, which the kernel wipes in the copy
// (MADV_WIPEONFORK, Linux 4.14; the process id counts where that cannot be had). Thread-safe.
class ForkMark {
 public:
  ForkMark();
  ForkMark(const ForkMark&) = delete;
  ForkMark& operator=(const ForkMark&) = delete;
  ~ForkMark();

  bool InCopy() const;

 private:
  pid_t process_;
  unsigned char* page_;  // null: it could not be had
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_FORK_MARK_H_
