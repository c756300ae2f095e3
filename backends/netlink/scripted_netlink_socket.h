// A mock socket with the plain behaviour of a kernel that a test puts answers into.
#ifndef NATPLAN_BACKENDS_NETLINK_SCRIPTED_NETLINK_SOCKET_H_
#define NATPLAN_BACKENDS_NETLINK_SCRIPTED_NETLINK_SOCKET_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "backends/netlink/answer_bytes.h"
#include "backends/netlink/mock_netlink_socket.h"

namespace natplan {

// One result of Receive: a datagram, or an errno.
struct ScriptedAnswer {
  Bytes bytes = {};
  int errno_value = 0;
  std::uint32_t sender_port = 0;
  bool truncated = false;
};

// By default: Send keeps the datagram in `sent` and calls `on_send`, which may put answers into `queue`;
// Receive takes them out one by one, then gives EAGAIN; WaitReadable goes to the deadline and gives
// ETIMEDOUT, or returns at once if there is an answer. Time stands still but for that. Tests replace what
// they need with EXPECT_CALL.
class ScriptedNetlinkSocket : public MockNetlinkSocket {
 public:
  static constexpr std::uint32_t kPort = 4711;

  ScriptedNetlinkSocket();
  void Answer(Bytes bytes) { queue.push_back({.bytes = std::move(bytes)}); }
  void Fail(int errno_value) { queue.push_back({.errno_value = errno_value}); }

  std::vector<Bytes> sent;
  std::function<void(const std::vector<SentMessage>&)> on_send = [](const std::vector<SentMessage>&) {};
  std::deque<ScriptedAnswer> queue;
  TimePoint now = {};
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_SCRIPTED_NETLINK_SOCKET_H_
