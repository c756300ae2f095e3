// The shortest way from a transaction to the live kernel: a socket that knows no deadline and forgives
// nothing.
#ifndef NATPLAN_TESTS_WIRE_NETLINK_SOCKET_H_
#define NATPLAN_TESTS_WIRE_NETLINK_SOCKET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"

namespace natplan::wire {

// For a child process in a network namespace of its own. Aborts where a system call fails.
class NetlinkSocket {
 public:
  NetlinkSocket();
  ~NetlinkSocket();
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;

  Outcome Commit(const Transaction& transaction);
  Snapshot Read(const ReadRequest& request);

  // Sends one datagram; returns all the answers that the kernel has for it.
  std::vector<std::vector<std::uint8_t>> Ask(const std::vector<std::uint8_t>& bytes);

 private:
  int descriptor_;
  std::uint32_t sequence_ = UINT32_MAX - 5;  // so that each use sees the wrap
};

// What a shell command prints.
std::string OutputOf(const std::string& command);

}  // namespace natplan::wire

#endif  // NATPLAN_TESTS_WIRE_NETLINK_SOCKET_H_
