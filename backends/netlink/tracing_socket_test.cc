#include "backends/netlink/tracing_socket.h"

#include <errno.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "backends/netlink/answer_bytes.h"
#include "backends/netlink/scripted_netlink_socket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using ::testing::NiceMock;
using ::testing::Return;
using Direction = TracedDatagram::Direction;

// A TracedDatagram with bytes of its own.
struct Seen {
  Direction direction;
  Bytes bytes;
  std::uint32_t sender_port;
  int errno_value;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class TracingSocketTest : public ::testing::Test {
 protected:
  TracingSocketTest() {
    auto inner = std::make_unique<NiceMock<ScriptedNetlinkSocket>>();
    inner_ = inner.get();
    socket_ = std::make_unique<TracingSocket>(std::move(inner), [this](const TracedDatagram& datagram) {
      seen_.push_back({datagram.direction,
                       {datagram.bytes.begin(), datagram.bytes.end()},
                       datagram.sender_port,
                       datagram.errno_value});
    });
  }
  NiceMock<ScriptedNetlinkSocket>* inner_ = nullptr;
  std::unique_ptr<TracingSocket> socket_;
  std::vector<Seen> seen_;
  std::array<std::uint8_t, 64> buffer_ = {};
};

TEST_F(TracingSocketTest, DatagramsOfBothDirectionsAreShownInTheirOrder) {
  const Bytes request = {1, 2, 3};
  ASSERT_TRUE(socket_->Send(request));
  inner_->queue.push_back({.bytes = {4, 5}, .sender_port = 9});
  ASSERT_TRUE(socket_->Receive(buffer_));
  EXPECT_EQ(seen_,
            (std::vector<Seen>{{Direction::kSent, {1, 2, 3}, 0, 0}, {Direction::kReceived, {4, 5}, 9, 0}}));
}

TEST_F(TracingSocketTest, NothingToReceiveIsNotShown) {
  EXPECT_EQ(socket_->Receive(buffer_).error(), EAGAIN);
  inner_->Fail(EINTR);
  EXPECT_EQ(socket_->Receive(buffer_).error(), EINTR);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(TracingSocketTest, ALossIsShown) {
  inner_->Fail(ENOBUFS);
  EXPECT_EQ(socket_->Receive(buffer_).error(), ENOBUFS);
  EXPECT_EQ(seen_, (std::vector<Seen>{{Direction::kReceived, {}, 0, ENOBUFS}}));
}

TEST_F(TracingSocketTest, ASendThatFailedIsShownWithItsReason) {
  EXPECT_CALL(*inner_, Send).WillOnce(Return(std::unexpected(EMSGSIZE)));
  EXPECT_EQ(socket_->Send(Bytes{7}), std::unexpected(EMSGSIZE));
  EXPECT_EQ(seen_, (std::vector<Seen>{{Direction::kSent, {7}, 0, EMSGSIZE}}));
}

TEST_F(TracingSocketTest, EverythingElseIsHandedOn) {
  const TimePoint deadline = TimePoint() + std::chrono::seconds(1);
  EXPECT_EQ(socket_->WaitReadable(deadline), std::unexpected(ETIMEDOUT));
  EXPECT_EQ(socket_->Now(), deadline);
  EXPECT_EQ(socket_->port(), ScriptedNetlinkSocket::kPort);
  EXPECT_CALL(*inner_, EnsureSendBuffer(5)).WillOnce(Return(std::unexpected(EMSGSIZE)));
  EXPECT_EQ(socket_->EnsureSendBuffer(5), std::unexpected(EMSGSIZE));
}

}  // namespace
}  // namespace natplan
