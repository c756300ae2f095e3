#include "backends/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace natplan {
namespace {

Descriptor OpenOwn() { return Descriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)); }

std::optional<std::uint64_t> OwnCookie() {
  const Descriptor any(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (!any.is_open() || getsockopt(any.number(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) != 0)
    return std::nullopt;
  return cookie;
}

bool SameFile(const Descriptor& a, const Descriptor& b) {
  struct stat first = {};
  struct stat second = {};
  return fstat(a.number(), &first) == 0 && fstat(b.number(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

std::unexpected<Error> Fail(ErrorCode code, int errno_value, const std::string& why) {
  return std::unexpected(
      Error{.code = code,
            .errno_value = errno_value,
            .text = "this thread is in another network namespace than when the context was "
                    "opened, and " +
                    why});
}

}  // namespace

NamespaceStay::~NamespaceStay() {
  // It was tried before the thread left. A thread that is somewhere else than its owner believes would do
  // harm.
  if (own_.is_open() && setns(own_.number(), CLONE_NEWNET) != 0) std::abort();
}

NetworkNamespace::NetworkNamespace() : file_(OpenOwn()), cookie_(OwnCookie()) {}

std::expected<NamespaceStay, Error> NetworkNamespace::Enter() const {
  Descriptor own = OpenOwn();
  if (file_.is_open() && own.is_open()) {
    if (SameFile(file_, own)) return NamespaceStay();
    // To stay is as little allowed as to come back would be.
    for (const int to : {own.number(), file_.number()}) {
      if (setns(to, CLONE_NEWNET) == 0) continue;
      const int reason = errno;
      return Fail(reason == EPERM ? ErrorCode::kNotPermitted : ErrorCode::kEnvironment, reason,
                  "cannot go back there for the programs of iptables (that needs CAP_SYS_ADMIN): " +
                      std::generic_category().message(reason));
    }
    return NamespaceStay(std::move(own));
  }
  const auto cookie = OwnCookie();
  if (!cookie_ || !cookie || *cookie_ == *cookie) return NamespaceStay();
  return Fail(ErrorCode::kEnvironment, EXDEV,
              "without /proc there is no way back for the programs of iptables");
}

}  // namespace natplan
