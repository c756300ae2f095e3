#include "backends/netlink/change_feed.h"

#include <errno.h>

#include <memory>
#include <optional>
#include <utility>

#include "backends/netlink/answer_bytes.h"
#include "backends/netlink/scripted_netlink_socket.h"
#include "core/values/change.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using ::testing::NiceMock;
using ::testing::Return;

constexpr std::uint32_t kOtherPort = 77;
const TableId kTable = {Family::kIp, "natplan"};

class ChangeFeedTest : public ::testing::Test {
 protected:
  ChangeFeedTest() {
    auto socket = std::make_unique<NiceMock<ScriptedNetlinkSocket>>();
    socket_ = socket.get();
    feed_ = std::make_unique<ChangeFeed>(std::move(socket), std::vector<TableId>{kTable});
  }

  void Commit(std::uint32_t generation) {
    socket_->Answer(NewTable(1, kOtherPort, "natplan"));
    socket_->Answer(NewGeneration(1, kOtherPort, generation));
  }
  // The generation of the next batch; none: nothing there.
  std::optional<std::uint32_t> NextGenerationOf() {
    const auto batch = feed_->Next();
    EXPECT_TRUE(batch);
    if (!batch || !*batch) return std::nullopt;
    EXPECT_EQ((*batch)->port, kOtherPort);
    EXPECT_TRUE((*batch)->whole);
    EXPECT_EQ((*batch)->changes.size(), 1u);
    return (*batch)->generation;
  }
  void ExpectError(int errno_value) {
    const auto batch = feed_->Next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error(), errno_value);
  }

  ScriptedNetlinkSocket* socket_ = nullptr;
  std::unique_ptr<ChangeFeed> feed_;
};

TEST_F(ChangeFeedTest, BatchesComeInTheirOrderAndThenNothing) {
  EXPECT_EQ(NextGenerationOf(), std::nullopt);
  Commit(2);
  Commit(3);
  EXPECT_EQ(NextGenerationOf(), 2u);
  EXPECT_EQ(NextGenerationOf(), 3u);
  EXPECT_EQ(NextGenerationOf(), std::nullopt);
}

TEST_F(ChangeFeedTest, ABatchIsGivenOnceItsGenerationCame) {
  socket_->Answer(NewTable(1, kOtherPort, "natplan"));
  EXPECT_EQ(NextGenerationOf(), std::nullopt);
  socket_->Answer(NewGeneration(1, kOtherPort, 2));
  EXPECT_EQ(NextGenerationOf(), 2u);
}

TEST_F(ChangeFeedTest, WhatOtherProgramsSendIsPassedOver) {
  socket_->queue.push_back({.bytes = NewGeneration(1, kOtherPort, 9), .sender_port = 5});
  Commit(2);
  EXPECT_EQ(NextGenerationOf(), 2u);
}

TEST_F(ChangeFeedTest, ALossIsSaidOnceAndWhatCameBehindItIsThrownAway) {
  socket_->Answer(NewTable(1, kOtherPort, "natplan"));
  EXPECT_EQ(NextGenerationOf(), std::nullopt);
  socket_->Fail(ENOBUFS);
  Commit(3);
  socket_->Fail(ENOBUFS);
  Commit(4);
  ExpectError(ENOBUFS);
  // The batch that was begun before the loss does not run into this one.
  Commit(7);
  EXPECT_EQ(NextGenerationOf(), 7u);
}

TEST_F(ChangeFeedTest, ADatagramThatWasCutIsALoss) {
  socket_->queue.push_back({.bytes = NewTable(1, kOtherPort, "natplan"), .truncated = true});
  socket_->Answer(NewGeneration(1, kOtherPort, 3));
  ExpectError(ENOBUFS);
  EXPECT_EQ(NextGenerationOf(), std::nullopt);
}

TEST_F(ChangeFeedTest, SignalsDoNotEndTheReading) {
  socket_->Fail(EINTR);
  Commit(2);
  EXPECT_EQ(NextGenerationOf(), 2u);
  socket_->Fail(ENOBUFS);
  socket_->Fail(EINTR);
  ExpectError(ENOBUFS);
}

TEST_F(ChangeFeedTest, OtherErrorsAreTheSockets) {
  socket_->Fail(ECHILD);
  ExpectError(ECHILD);
  socket_->Fail(ENOBUFS);
  socket_->Fail(ECHILD);
  ExpectError(ECHILD);
}

TEST_F(ChangeFeedTest, TheDescriptorIsTheSockets) {
  EXPECT_EQ(feed_->descriptor(), -1);
  ON_CALL(*socket_, descriptor).WillByDefault(Return(7));
  EXPECT_EQ(feed_->descriptor(), 7);
}

}  // namespace
}  // namespace natplan
