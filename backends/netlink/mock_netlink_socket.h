// A netlink socket whose every answer is scripted by a test.
#ifndef NATPLAN_BACKENDS_NETLINK_MOCK_NETLINK_SOCKET_H_
#define NATPLAN_BACKENDS_NETLINK_MOCK_NETLINK_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "backends/netlink/socket.h"
#include "core/plan/executor.h"
#include "gmock/gmock.h"

namespace natplan {

class MockNetlinkSocket : public NetlinkSocket {
 public:
  MOCK_METHOD((std::expected<void, int>), Send, (std::span<const std::uint8_t> datagram), (override));
  MOCK_METHOD((std::expected<Received, int>), Receive, (std::span<std::uint8_t> buffer), (override));
  MOCK_METHOD((std::expected<void, int>), WaitReadable, (TimePoint deadline), (override));
  MOCK_METHOD(TimePoint, Now, (), (override));
  MOCK_METHOD(std::uint32_t, port, (), (override));
  MOCK_METHOD((std::expected<void, int>), EnsureSendBuffer, (std::size_t bytes), (override));
  MOCK_METHOD(int, descriptor, (), (const, override));
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_MOCK_NETLINK_SOCKET_H_
