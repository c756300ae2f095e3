#include "backends/netlink/linux_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "backends/netlink/socket_error.h"

namespace natplan {
namespace {

// The kernel takes a datagram of at most SO_SNDBUF - 32 bytes.
// Kernel: net/netlink/af_netlink.c netlink_sendmsg() (6.18)
constexpr std::size_t kSendBufferOverhead = 32;

// SO_RCVBUF to ask for, which the kernel doubles. With NETLINK_CAP_ACK a refusal is a datagram of at most 256
// bytes and counts 832 bytes (sk_buff included), and the kernel sends one for each message that fails. 1 MiB,
// doubled, holds 2,520 of them; a message carries over a thousand elements, so a batch of two million refused
// elements still fits. Nothing is allocated before it is needed. Without CAP_NET_ADMIN in the initial user
// namespace net.core.rmem_max limits it: by default 212,992, doubled, 512 refusals.
constexpr int kReceiveBuffer = 1 << 20;

// The same for a socket that listens. An element that is announced counts 126 bytes: 32 MiB, doubled, hold a
// commit of half a million, net.core.rmem_max's default one of 3,300.
constexpr int kListeningBuffer = 1 << 25;

int IntOption(int descriptor, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// As much of it as can be had.
void SetReceiveBuffer(int descriptor, int bytes) {
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0) {
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  }
}

std::unexpected<Error> Failure(ErrorCode code, int errno_value, std::string_view text) {
  Error error;
  error.code = code;
  error.errno_value = errno_value;
  error.text = std::string(text) + ": " + std::generic_category().message(errno_value);
  return std::unexpected(std::move(error));
}

// Moves the descriptor above stderr and makes it CLOEXEC. Closes it on failure. Returns -1 and errno, or it.
int Secure(int descriptor) {
  if (descriptor > STDERR_FILENO) {
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) return descriptor;
  } else if (const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1); moved >= 0) {
    close(descriptor);
    return moved;
  }
  const int saved = errno;
  close(descriptor);
  errno = saved;
  return -1;
}

}  // namespace

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::Open() {
  auto opened = OpenFor(NETLINK_NETFILTER);
  if (!opened && opened.error().code == ErrorCode::kNotSupported)
    opened.error().text = "this kernel has no netfilter over netlink (CONFIG_NETFILTER_NETLINK): " +
                          std::generic_category().message(opened.error().errno_value);
  return opened;
}

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::OpenFor(int protocol) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (descriptor < 0) {
    if (errno != EPROTONOSUPPORT) return std::unexpected(SocketError(errno, "cannot open a netlink socket"));
    return Failure(ErrorCode::kNotSupported, errno, "this kernel does not have the netlink protocol");
  }
  descriptor = Secure(descriptor);
  if (descriptor < 0)
    return Failure(ErrorCode::kEnvironment, errno, "cannot move a netlink socket above stderr");
  return Own(descriptor);
}

// Without memory for the object, the descriptor is closed.
std::unique_ptr<LinuxSocket> LinuxSocket::Own(int descriptor) {
  try {
    return std::unique_ptr<LinuxSocket>(new LinuxSocket(descriptor));
  } catch (const std::bad_alloc&) {
    close(descriptor);
    throw;
  }
}

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::Adopt(int descriptor) {
  if (const int domain = IntOption(descriptor, SO_DOMAIN);
      domain != AF_NETLINK || IntOption(descriptor, SO_PROTOCOL) != NETLINK_NETFILTER) {
    const int reason = domain == -1 ? errno : EPROTOTYPE;
    if (descriptor >= 0) close(descriptor);
    return Failure(ErrorCode::kInvalidArgument, reason,
                   "descriptor " + std::to_string(descriptor) +
                       " is not a netlink socket of protocol NETLINK_NETFILTER; open it with "
                       "socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)");
  }
  const int secured = Secure(descriptor);
  if (secured < 0) {
    return Failure(ErrorCode::kEnvironment, errno, "cannot move the given netlink socket above stderr");
  }
  const int flags = fcntl(secured, F_GETFL);
  if (flags < 0 || fcntl(secured, F_SETFL, flags | O_NONBLOCK) != 0) {
    const int reason = errno;
    close(secured);
    return Failure(ErrorCode::kEnvironment, reason, "cannot make the given netlink socket non-blocking");
  }
  return Own(secured);
}

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::Listen() {
  auto listening = OpenListening();
  if (listening) SetReceiveBuffer((*listening)->descriptor(), kListeningBuffer);
  return listening;
}

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::OpenListening() {
  auto opened = Open();
  if (!opened) return opened;
  // A socket without a port id gets no announcement, so this cannot wait for the first message that is sent.
  sockaddr_nl own = {};
  own.nl_family = AF_NETLINK;
  own.nl_groups = 1U << (NFNLGRP_NFTABLES - 1);
  if (bind((*opened)->descriptor(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0) {
    const int error = errno;
    if (error != EPERM)
      return Failure(ErrorCode::kEnvironment, error, "cannot listen to the changes of nf_tables");
    return Failure(
        ErrorCode::kNotPermitted, error,
        "cannot listen to the changes of nf_tables without CAP_NET_ADMIN over the network namespace; "
        "run as root, or inside `unshare -Urn`");
  }
  return opened;
}

std::expected<std::unique_ptr<LinuxSocket>, Error> LinuxSocket::ListenIn(
    std::optional<std::uint64_t> network_namespace) {
  auto listening = OpenListening();
  if (!listening) return listening;
  if (!network_namespace || (*listening)->network_namespace() != network_namespace) {
    return Failure(ErrorCode::kNotSupported, EXDEV,
                   "cannot listen in another network namespace than the calling thread's");
  }
  return listening;
}

std::optional<std::uint64_t> LinuxSocket::network_namespace() const {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (getsockopt(descriptor_, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) != 0) return std::nullopt;
  return cookie;
}

LinuxSocket::LinuxSocket(int descriptor) : descriptor_(descriptor) { SetOptions(); }

LinuxSocket::~LinuxSocket() { close(descriptor_); }

void LinuxSocket::SetOptions() {
  // Each of them is an improvement that can be done without: where to find the error, short errors, room for
  // many.
  const int on = 1;
  (void)setsockopt(descriptor_, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
  (void)setsockopt(descriptor_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
  SetReceiveBuffer(descriptor_, kReceiveBuffer);
  send_buffer_ = static_cast<std::size_t>(std::max(IntOption(descriptor_, SO_SNDBUF), 0));
}

std::expected<void, int> LinuxSocket::Send(std::span<const std::uint8_t> datagram) {
  if (InChild()) return std::unexpected(ECHILD);
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  // sendmsg(2) does not write through iov_base.
  iovec vector = {.iov_base = const_cast<std::uint8_t*>(datagram.data()), .iov_len = datagram.size()};
  msghdr message = {};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof(kernel);
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (sendmsg(descriptor_, &message, 0) < 0) return std::unexpected(errno);
  return {};
}

std::expected<NetlinkSocket::Received, int> LinuxSocket::Receive(std::span<std::uint8_t> buffer) {
  if (InChild()) return std::unexpected(ECHILD);
  sockaddr_nl sender = {};
  iovec vector = {.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message = {};
  message.msg_name = &sender;
  message.msg_namelen = sizeof(sender);
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  const ssize_t size = recvmsg(descriptor_, &message, MSG_DONTWAIT);
  if (size < 0) return std::unexpected(errno);
  // A sender without an address is not the kernel.
  const bool has_address = message.msg_namelen == sizeof(sender) && sender.nl_family == AF_NETLINK;
  return Received{.size = static_cast<std::size_t>(size),
                  .truncated = (message.msg_flags & MSG_TRUNC) != 0,
                  .sender_port = has_address ? sender.nl_pid : UINT32_MAX};
}

std::expected<void, int> LinuxSocket::WaitReadable(TimePoint deadline) {
  if (InChild()) return std::unexpected(ECHILD);
  // Rounded up: a wait that ends before the deadline would be repeated with a wait of 0.
  const TimePoint now = Now();
  std::int64_t left = 0;
  if (deadline > now) left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  pollfd entry = {.fd = descriptor_, .events = POLLIN, .revents = 0};
  const int ready = poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX)));
  if (ready < 0) return std::unexpected(errno);
  if (ready == 0) return std::unexpected(ETIMEDOUT);
  return {};  // Readable, or an error that Receive will give.
}

TimePoint LinuxSocket::Now() { return std::chrono::steady_clock::now(); }

std::uint32_t LinuxSocket::port() {
  if (port_ != 0 || InChild()) return port_;
  sockaddr_nl own = {};
  socklen_t size = sizeof(own);
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&own), &size) == 0) port_ = own.nl_pid;
  return port_;
}

std::expected<void, int> LinuxSocket::EnsureSendBuffer(std::size_t bytes) {
  if (InChild()) return std::unexpected(ECHILD);
  const std::size_t needed = bytes + kSendBufferOverhead;
  if (needed <= send_buffer_) return {};
  if (bytes > INT_MAX - kSendBufferOverhead - 1) return std::unexpected(EMSGSIZE);
  // The kernel doubles what it is given. Kernel: net/core/sock.c sk_setsockopt() SO_SNDBUF (6.18)
  const int half = static_cast<int>((needed + 1) / 2);
  for (const int option : {SO_SNDBUFFORCE, SO_SNDBUF}) {
    (void)setsockopt(descriptor_, SOL_SOCKET, option, &half, sizeof(half));
    send_buffer_ = static_cast<std::size_t>(std::max(IntOption(descriptor_, SO_SNDBUF), 0));
    if (needed <= send_buffer_) return {};
  }
  return std::unexpected(EMSGSIZE);
}

}  // namespace natplan
