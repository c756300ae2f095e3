#include "tests/stress/child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace natplan::stress {

pid_t StartChild(const std::function<bool()>& body) {
  std::fflush(nullptr);  // What is still buffered would be printed twice.
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  _exit(body() ? 0 : 1);
}

int EndOf(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

int Kill(pid_t child) {
  kill(child, SIGKILL);
  return EndOf(child);
}

}  // namespace natplan::stress
