#include "backends/sim/sim_socket.h"

#include <errno.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#include "backends/sim/sim_executor.h"
#include "core/values/error.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "gtest/gtest.h"
#include "kernel_sim/kernel.h"

namespace natplan {
namespace {

// NFT_MSG_GETGEN of nf_tables, with NLM_F_REQUEST.
std::array<std::uint8_t, 20> GetGeneration() {
  std::array<std::uint8_t, 20> bytes = {};
  const std::uint32_t length = 20;
  const std::uint16_t type = 10 << 8 | 16;
  const std::uint16_t flags = 1;
  std::memcpy(&bytes[0], &length, sizeof(length));
  std::memcpy(&bytes[4], &type, sizeof(type));
  std::memcpy(&bytes[6], &flags, sizeof(flags));
  return bytes;
}

TEST(SimSocketTest, TheAnswerIsThereWhenSendReturns) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel);
  ASSERT_TRUE(socket.Send(GetGeneration()));
  std::array<std::uint8_t, 256> buffer;
  const auto received = socket.Receive(buffer);
  ASSERT_TRUE(received);
  EXPECT_GT(received->size, 20u);
  EXPECT_FALSE(received->truncated);
  EXPECT_EQ(received->sender_port, 0u);
  EXPECT_EQ(socket.Receive(buffer).error(), EAGAIN);
}

TEST(SimSocketTest, AnAnswerThatFillsTheBufferCountsAsTruncated) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel);
  ASSERT_TRUE(socket.Send(GetGeneration()));
  std::array<std::uint8_t, 24> buffer;
  const auto received = socket.Receive(buffer);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->size, 24u);
  EXPECT_TRUE(received->truncated);
}

TEST(SimSocketTest, AnswersCarryThePort) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel, {.process = {.pid = 77}});
  SimSocket second(kernel, {.process = {.pid = 77}});
  EXPECT_EQ(socket.port(), 77u);
  EXPECT_NE(second.port(), 77u);
  ASSERT_TRUE(second.Send(GetGeneration()));
  std::array<std::uint8_t, 256> buffer;
  ASSERT_TRUE(second.Receive(buffer));
  std::uint32_t port = 0;
  std::memcpy(&port, &buffer[12], sizeof(port));
  EXPECT_EQ(port, second.port());
}

TEST(SimSocketTest, TheSocketIsClosedWithTheObject) {
  kernel_sim::Kernel kernel;
  {
    const SimSocket socket(kernel, {.process = {.pid = 77}});
  }
  EXPECT_EQ(SimSocket(kernel, {.process = {.pid = 77}}).port(), 77u);
}

TEST(SimSocketTest, WaitingEndsAtOnce) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel);
  EXPECT_EQ(socket.WaitReadable(TimePoint::max()), std::unexpected(ETIMEDOUT));
}

TEST(SimSocketTest, TimeIsThatOfTheGivenClock) {
  kernel_sim::Kernel kernel;
  TimePoint now = TimePoint() + std::chrono::seconds(9);
  SimSocket socket(kernel, {.clock = [&now] { return now; }});
  EXPECT_EQ(socket.Now(), now);
}

TEST(SimSocketTest, WithoutRoomADatagramIsTooLarge) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel);
  EXPECT_EQ(socket.Send(std::vector<std::uint8_t>(300000)), std::unexpected(EMSGSIZE));
  ASSERT_TRUE(socket.EnsureSendBuffer(300000));
  EXPECT_TRUE(socket.Send(std::vector<std::uint8_t>(300000)));
}

TEST(SimSocketTest, RoomIsLimitedWhereTheOptionSaysSo) {
  kernel_sim::Kernel kernel;
  SimSocket socket(kernel, {.max_send_buffer = 425984});
  EXPECT_TRUE(socket.EnsureSendBuffer(425984 - 32));
  EXPECT_EQ(socket.EnsureSendBuffer(425984 - 31), std::unexpected(EMSGSIZE));
}

TEST(SimSocketTest, TheOneThatListensIsToldOfEachCommit) {
  kernel_sim::Kernel kernel;
  auto listening = SimSocket::Listen(kernel);
  ASSERT_TRUE(listening);
  EXPECT_EQ((*listening)->descriptor(), -1);
  std::vector<std::uint8_t> buffer(65536);
  EXPECT_EQ((*listening)->Receive(buffer).error(), EAGAIN);
  ASSERT_EQ(
      MakeSimExecutor(kernel)->Commit({.operations = {EnsureTable{{Family::kIp, "t"}}}}, TimePoint::max()),
      Outcome(Committed{}));
  EXPECT_TRUE((*listening)->Receive(buffer));
}

TEST(SimSocketTest, WithoutTheCapabilityNobodyListens) {
  kernel_sim::Kernel kernel;
  const auto listening = SimSocket::Listen(kernel, {.net_admin = false});
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, ErrorCode::kNotPermitted);
  EXPECT_EQ(listening.error().errno_value, EPERM);
}

}  // namespace
}  // namespace natplan
