#include "backends/netlink/scripted_netlink_socket.h"

#include <errno.h>

#include <algorithm>
#include <expected>
#include <span>
#include <utility>

#include "gmock/gmock.h"

namespace natplan {

using ::testing::Return;

ScriptedNetlinkSocket::ScriptedNetlinkSocket() {
  ON_CALL(*this, Send)
      .WillByDefault([this](std::span<const std::uint8_t> datagram) -> std::expected<void, int> {
        sent.emplace_back(datagram.begin(), datagram.end());
        on_send(MessagesOf(datagram));
        return {};
      });
  ON_CALL(*this, Receive)
      .WillByDefault([this](std::span<std::uint8_t> buffer) -> std::expected<Received, int> {
        if (queue.empty()) return std::unexpected(EAGAIN);
        const ScriptedAnswer answer = std::move(queue.front());
        queue.pop_front();
        if (answer.errno_value != 0) return std::unexpected(answer.errno_value);
        const std::size_t size = std::min(answer.bytes.size(), buffer.size());
        std::copy_n(answer.bytes.begin(), size, buffer.begin());
        return Received{.size = size, .truncated = answer.truncated, .sender_port = answer.sender_port};
      });
  ON_CALL(*this, WaitReadable).WillByDefault([this](TimePoint deadline) -> std::expected<void, int> {
    if (!queue.empty()) return {};
    now = std::max(now, deadline);
    return std::unexpected(ETIMEDOUT);
  });
  ON_CALL(*this, Now).WillByDefault([this] { return now; });
  ON_CALL(*this, port).WillByDefault(Return(kPort));
  ON_CALL(*this, descriptor).WillByDefault(Return(-1));
  ON_CALL(*this, EnsureSendBuffer).WillByDefault(Return(std::expected<void, int>()));
}

}  // namespace natplan
