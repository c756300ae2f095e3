#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <initializer_list>

namespace natplan::cli {
namespace {

// Those of the two that are not ignored (nohup). A blocked signal would be queued although it is ignored.
sigset_t Wanted() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction action = {};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = Wanted();
  descriptor_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ >= 0) sigprocmask(SIG_BLOCK, &set, nullptr);
}

Interrupt::~Interrupt() {
  if (descriptor_ < 0) return;
  // What came meanwhile was answered.
  signalfd_siginfo ignored;
  while (read(descriptor_, &ignored, sizeof(ignored)) > 0) {
  }
  close(descriptor_);
  const sigset_t set = Wanted();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupt::came() const {
  pollfd one = {.fd = descriptor_, .events = POLLIN, .revents = 0};
  return descriptor_ >= 0 && poll(&one, 1, 0) == 1;
}

void Interrupt::WaitFor(int watched) const {
  std::array<pollfd, 2> both = {
      {{.fd = watched, .events = POLLIN, .revents = 0}, {.fd = descriptor_, .events = POLLIN, .revents = 0}}};
  (void)poll(both.data(), both.size(), -1);
}

}  // namespace natplan::cli
