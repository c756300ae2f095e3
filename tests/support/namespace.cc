#include "tests/support/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace natplan::testing {
namespace {

// What the child says through the pipe before it runs the body; nothing at all if it dies first.
struct Report {
  SkipReason skip = SkipReason::kNone;
  int errno_value = 0;
};

std::string_view Name(SkipReason reason) {
  switch (reason) {
    case SkipReason::kNone:
      return "none";
    case SkipReason::kNoUserNamespace:
      return "no-user-namespace";
    case SkipReason::kNoNfTables:
      return "no-nf-tables";
  }
  return "";
}

bool WriteFile(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t written = write(file, text.data(), text.size());
  close(file);
  return written == static_cast<ssize_t>(text.size());
}

// Returns 0 or errno.
int EnterNamespaces() {
  const std::string uid = std::to_string(geteuid());
  const std::string gid = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return errno;
  // An unprivileged process may map its group only after giving up setgroups(2).
  if (!WriteFile("/proc/self/setgroups", "deny")) return errno;
  if (!WriteFile("/proc/self/uid_map", "0 " + uid + " 1")) return errno;
  if (!WriteFile("/proc/self/gid_map", "0 " + gid + " 1")) return errno;
  return 0;
}

// Asks for the generation. Returns 0 or errno.
int ProbeNfTables() {
  const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
  if (netlink < 0) return errno;
  struct {
    nlmsghdr header;
    nfgenmsg message;
  } request = {};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  alignas(nlmsghdr) std::array<char, 4096> answer = {};
  int result = 0;
  if (send(netlink, &request, sizeof(request), 0) < 0 || recv(netlink, answer.data(), answer.size(), 0) < 0) {
    result = errno;
  } else {
    nlmsghdr header;
    std::memcpy(&header, answer.data(), sizeof(header));
    std::int32_t error = 0;
    std::memcpy(&error, answer.data() + sizeof(header), sizeof(error));
    if (header.nlmsg_type == NLMSG_ERROR) result = -error;
  }
  close(netlink);
  return result;
}

[[noreturn]] void RunChild(int pipe_end, const std::function<void()>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // The child must not outlive a test that times out.
  Report report;
  report.errno_value = EnterNamespaces();
  if (report.errno_value != 0) {
    report.skip = SkipReason::kNoUserNamespace;
  } else if (report.errno_value = ProbeNfTables(); report.errno_value != 0) {
    report.skip = SkipReason::kNoNfTables;
  }
  if (write(pipe_end, &report, sizeof(report)) != static_cast<ssize_t>(sizeof(report))) _exit(2);
  close(pipe_end);
  if (report.skip != SkipReason::kNone) _exit(0);
  try {
    body();
  } catch (const std::exception& exception) {
    ADD_FAILURE() << "exception: " << exception.what();
  }
  const bool failed = ::testing::Test::HasFailure();
  std::cout.flush();
  std::fflush(nullptr);
  // Not exit(): the parent's destructors and exit handlers are the parent's to run.
  _exit(failed ? 1 : 0);
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status)) return "the child was killed by signal " + std::to_string(WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 1) return "assertions failed in the child (above)";
  return "the child exited with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

NamespaceResult RunInNamespace(const std::function<void()>& body) {
  std::array<int, 2> ends = {};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {.text = "pipe2: " + std::to_string(errno)};
  std::cout.flush();
  std::fflush(nullptr);  // What is still buffered would be printed twice.
  const pid_t child = fork();
  if (child < 0) return {.text = "fork: " + std::to_string(errno)};
  if (child == 0) {
    close(ends[0]);
    RunChild(ends[1], body);
  }
  close(ends[1]);
  Report report;
  const ssize_t size = read(ends[0], &report, sizeof(report));
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (size != static_cast<ssize_t>(sizeof(report)))
    return {.text = HowItEnded(status) + " before the test began"};
  if (report.skip != SkipReason::kNone) {
    return {.skip = report.skip, .text = std::strerror(report.errno_value)};
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {.passed = true};
  return {.text = HowItEnded(status)};
}

void RunInNamespaceOrSkip(const std::function<void()>& body) {
  const NamespaceResult result = RunInNamespace(body);
  if (result.skip != SkipReason::kNone) {
    std::cout << "SKIPPED[" << Name(result.skip) << "]: " << result.text << '\n' << std::flush;
    GTEST_SKIP() << "SKIPPED[" << Name(result.skip) << "]: " << result.text;
  }
  if (!result.passed) ADD_FAILURE() << result.text;
}

void DropCapabilities() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none = {};
  if (syscall(SYS_capset, &header, none.data()) != 0) std::abort();
}

}  // namespace natplan::testing
