// What it means when the kernel gives no socket, or none of what a socket is asked.
#ifndef NATPLAN_BACKENDS_NETLINK_SOCKET_ERROR_H_
#define NATPLAN_BACKENDS_NETLINK_SOCKET_ERROR_H_

#include <string_view>

#include "core/values/error.h"

namespace natplan {

// EPERM, EACCES, and EAFNOSUPPORT, which for netlink comes from a filter of system calls alone:
// kNotPermitted; ENOMEM and ENOBUFS: kNoMemory; ETIMEDOUT: kDeadline; all others (EMFILE, ...): kEnvironment.
// Never kNotSupported: that is said by whoever knows that the kernel lacks something.
Error SocketError(int errno_value, std::string_view what);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_SOCKET_ERROR_H_
