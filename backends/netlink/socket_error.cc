#include "backends/netlink/socket_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace natplan {
namespace {

ErrorCode CodeOf(int errno_value) {
  switch (errno_value) {
    case EPERM:
    case EACCES:
    case EAFNOSUPPORT:
      return ErrorCode::kNotPermitted;
    case ENOMEM:
    case ENOBUFS:
      return ErrorCode::kNoMemory;
    case ETIMEDOUT:
      return ErrorCode::kDeadline;
    default:
      return ErrorCode::kEnvironment;
  }
}

}  // namespace

Error SocketError(int errno_value, std::string_view what) {
  Error error{.code = CodeOf(errno_value), .errno_value = errno_value, .text = std::string(what)};
  error.text += ": " + std::generic_category().message(errno_value);
  if (errno_value == EAFNOSUPPORT)
    error.text += "; a filter of system calls (seccomp, systemd's RestrictAddressFamilies=) forbids it";
  return error;
}

}  // namespace natplan
