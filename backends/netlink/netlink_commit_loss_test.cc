// What NetlinkExecutor::Commit makes of answers that are lost, come late, belong to somebody else or do not
// come at all. ItemNN: the item of the origin's checklist (docs/origin.md) that the test covers.
#include <errno.h>

#include <chrono>
#include <expected>
#include <utility>

#include "backends/netlink/netlink_commit_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::InSequence;
using ::testing::Return;

TEST_F(NetlinkCommitTest, Item38_SilenceIsUnknownAtTheDeadline) {
  EXPECT_EQ(Commit(), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_EQ(socket_->now, kDeadline);
}

TEST_F(NetlinkCommitTest, Item38_TheAckOfBeginAloneIsUnknownAtTheDeadline) {
  socket_->on_send = [this](const Messages& messages) { socket_->Answer(Ack(messages[0].sequence, kPort)); };
  EXPECT_EQ(Commit(), Outcome(Unknown{ETIMEDOUT}));
}

TEST_F(NetlinkCommitTest, Item38_LateAnswersOfABatchAreNotTakenForTheNext) {
  Messages first;
  socket_->on_send = [&first](const Messages& messages) { first = messages; };
  ASSERT_EQ(executor_->Commit(ThreeOperations(), TimePoint() + seconds(1)), Outcome(Unknown{ETIMEDOUT}));
  // The late answers stand in the queue before the second batch is sent, and come between its own.
  for (const SentMessage& message : first) socket_->Answer(Ack(message.sequence, kPort));
  socket_->on_send = [this, &first](const Messages& messages) {
    for (const SentMessage& message : first) socket_->Answer(Ack(message.sequence, kPort));
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Answer(Ack(first[3].sequence, kPort));
    socket_->Answer(Ack(messages[2].sequence, kPort, ENOENT));
  };
  EXPECT_EQ(Commit(), RefusedWith(ENOENT, 1));
}

TEST_F(NetlinkCommitTest, Item39_DatagramsOfOtherProgramsAreDropped) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->queue.push_back({.bytes = Ack(messages[0].sequence, kPort, EPERM), .sender_port = 99});
    for (const SentMessage& message : messages) socket_->Answer(Ack(message.sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item39_MessagesForAnotherPortAreDropped) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort + 1, EPERM));
    for (const SentMessage& message : messages) socket_->Answer(Ack(message.sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item39_ShortNoopAndUnknownMessagesAreDropped) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer({});
    socket_->Answer({1, 2, 3});
    Bytes short_ack = Ack(messages[0].sequence, kPort, EPERM);
    short_ack.resize(18);  // ends inside of nlmsgerr.error, while nlmsg_len says 36
    socket_->Answer(short_ack);
    socket_->Answer(Noop(messages[0].sequence, kPort));
    socket_->Answer(NewGeneration(messages[0].sequence, kPort, 7));
    for (const SentMessage& message : messages) socket_->Answer(Ack(message.sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item39_AFloodOfStrangersDoesNotExtendTheDeadline) {
  EXPECT_CALL(*socket_, Receive).WillRepeatedly([this](auto) -> std::expected<NetlinkSocket::Received, int> {
    socket_->now += milliseconds(1);
    return NetlinkSocket::Received{.size = 100, .sender_port = 99};
  });
  EXPECT_EQ(Commit(), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_EQ(socket_->now, kDeadline);
}

TEST_F(NetlinkCommitTest, Item40_ALostAnswerIsUnknown) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Fail(ENOBUFS);
  };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(), Outcome(Unknown{ENOBUFS}));
}

TEST_F(NetlinkCommitTest, Item40_AfterALossTheAckOfTheLastMessageDoesNotProveTheCommit) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Fail(ENOBUFS);
    socket_->Answer(Ack(messages[3].sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Unknown{ENOBUFS}));
}

TEST_F(NetlinkCommitTest, Item40_AfterALossTheAckOfEndProvesTheCommit) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Fail(ENOBUFS);
    socket_->Answer(Ack(messages[4].sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item40_ARefusalThatWasReadStandsWhateverWasLost) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[1].sequence, kPort, ENOENT));
    socket_->Fail(ENOBUFS);
  };
  EXPECT_EQ(Commit(), RefusedWith(ENOENT, 0));
}

TEST_F(NetlinkCommitTest, Item40_ARefusalThatIsReadAfterTheLossStandsAsWell) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Fail(ENOBUFS);
    socket_->Answer(Ack(messages[1].sequence, kPort, ENOENT));
  };
  EXPECT_EQ(Commit(), RefusedWith(ENOENT, 0));
}

TEST_F(NetlinkCommitTest, ATruncatedAnswerCountsAsLost) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->queue.push_back({.bytes = Ack(messages[1].sequence, kPort, ENOENT), .truncated = true});
    socket_->Answer(Ack(messages[3].sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Unknown{ENOBUFS}));
}

TEST_F(NetlinkCommitTest, EndlessLossEndsAtTheDeadline) {
  EXPECT_CALL(*socket_, Receive).WillRepeatedly([this](auto) -> std::expected<NetlinkSocket::Received, int> {
    socket_->now += milliseconds(1);
    return std::unexpected(ENOBUFS);
  });
  EXPECT_EQ(Commit(), Outcome(Unknown{ENOBUFS}));
}

TEST_F(NetlinkCommitTest, ALossOfTheBatchBeforeIsNoLossOfTheNext) {
  socket_->on_send = [](const Messages&) {};
  ASSERT_EQ(executor_->Commit(ThreeOperations(), TimePoint() + seconds(1)), Outcome(Unknown{ETIMEDOUT}));
  socket_->Fail(ENOBUFS);
  socket_->on_send = [this](const Messages& messages) { socket_->Answer(Ack(messages[3].sequence, kPort)); };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item41_InterruptionsAreSurvived) {
  socket_->on_send = [this](const Messages& messages) {
    for (const SentMessage& message : messages) {
      socket_->Fail(EINTR);
      socket_->Answer(Ack(message.sequence, kPort));
    }
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item41_AnswersThatComeLaterAreWaitedFor) {
  Messages sent;
  socket_->on_send = [&sent](const Messages& messages) { sent = messages; };
  InSequence order;
  EXPECT_CALL(*socket_, WaitReadable(kDeadline)).WillOnce(Return(std::unexpected(EINTR)));
  EXPECT_CALL(*socket_, WaitReadable(kDeadline))
      .WillOnce([this, &sent](TimePoint) -> std::expected<void, int> {
        socket_->Answer(Ack(sent[0].sequence, kPort));
        return {};
      });
  EXPECT_CALL(*socket_, WaitReadable(kDeadline))
      .WillOnce([this, &sent](TimePoint) -> std::expected<void, int> {
        socket_->Answer(Ack(sent[3].sequence, kPort));
        socket_->Answer(Ack(sent[4].sequence, kPort));
        return {};
      });
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item41_InterruptionsDoNotExtendTheDeadline) {
  EXPECT_CALL(*socket_, WaitReadable).WillRepeatedly([this](TimePoint) -> std::expected<void, int> {
    socket_->now += milliseconds(1);
    return std::unexpected(EINTR);
  });
  EXPECT_EQ(Commit(), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_EQ(socket_->now, kDeadline);
}

TEST_F(NetlinkCommitTest, Item41_WakeUpsWithoutAnAnswerDoNotExtendTheDeadline) {
  EXPECT_CALL(*socket_, WaitReadable).WillRepeatedly([this](TimePoint deadline) -> std::expected<void, int> {
    if (socket_->now >= deadline) return std::unexpected(ETIMEDOUT);
    socket_->now += milliseconds(1);
    return {};
  });
  EXPECT_EQ(Commit(), Outcome(Unknown{ETIMEDOUT}));
}

TEST_F(NetlinkCommitTest, ASocketThatFailsWhileReadingIsUnknown) {
  EXPECT_CALL(*socket_, Receive).WillRepeatedly(Return(std::unexpected(EBADF)));
  EXPECT_EQ(Commit(), Outcome(Unknown{EBADF}));
}

TEST_F(NetlinkCommitTest, ASocketThatFailsBehindTheAckOfTheLastMessageIsUnknown) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[3].sequence, kPort));
    socket_->Fail(EBADF);
  };
  EXPECT_EQ(Commit(), Outcome(Unknown{EBADF}));
}

}  // namespace
}  // namespace natplan
