#include "tests/packets/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace natplan::packets {
namespace {

Fd Current() {
  return {open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open /proc/thread-self/ns/net"};
}

Fd New() {
  const Fd home = Current();
  Check(unshare(CLONE_NEWNET), "unshare");
  Fd made = Current();
  Check(setns(home.get(), CLONE_NEWNET), "setns");
  return made;
}

}  // namespace

NetNamespace::NetNamespace() : fd_(New()) {}

std::string NetNamespace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_.get());
}

Inside::Inside(const NetNamespace& where) : home_(Current()) {
  Check(setns(where.fd(), CLONE_NEWNET), "setns");
}

Inside::~Inside() {
  // In another namespace than it believes to be in, the test would judge the wrong packets.
  if (setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
}

std::ostream& operator<<(std::ostream& stream, const Ran& ran) {
  return stream << "exit " << ran.exit_code << "\n" << ran.output;
}

Ran Sh(const NetNamespace& where, const std::string& script) {
  const std::string command = "exec 2>&1 </dev/null\nPATH=\"$PWD/cli:$PATH:/usr/sbin:/sbin\"\n" + script;
  const Inside inside(where);
  std::FILE* const pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("popen");
  Ran ran;
  std::array<char, 4096> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    ran.output.append(part.data(), size);
  }
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

void MustSh(const NetNamespace& where, const std::string& script) {
  const Ran ran = Sh(where, script);
  if (ran.exit_code != 0) throw std::runtime_error(script + "\n" + ran.output);
}

void WriteSysctl(const NetNamespace& where, std::string_view name, std::string_view value) {
  const std::string path = "/proc/sys/" + std::string(name);
  const Inside inside(where);
  const Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC), path.c_str());
  if (write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

}  // namespace natplan::packets
