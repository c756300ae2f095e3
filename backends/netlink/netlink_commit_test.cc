// What NetlinkExecutor::Commit sends, and what it makes of every answer that arrives. ItemNN: the item of the
// origin's checklist (docs/origin.md) that the test covers.
#include <errno.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "backends/netlink/netlink_commit_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using ::testing::Ge;
using ::testing::Return;

TEST_F(NetlinkCommitTest, AllAnswersAreInOrderAndTheTransactionIsCommitted) {
  AnswerEverything();
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item27_OneSendCarriesTheWholeBatch) {
  AnswerEverything();
  EXPECT_CALL(*socket_, Send).Times(1);
  Commit();
}

TEST_F(NetlinkCommitTest, TheAnswerOfTheLastMessageIsNotWaitedForWhenEverythingIsThere) {
  AnswerEverything();
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_CALL(*socket_, Receive).Times(3);
  Commit();
}

TEST_F(NetlinkCommitTest, Item5_AFamilyThatTheKernelLacksIsARefusalOfItsTable) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Answer(Ack(messages[1].sequence, kPort, EOPNOTSUPP));
  };
  EXPECT_EQ(Commit({.operations = {EnsureTable{{Family::kIp6, "natplan"}}}}), RefusedWith(EOPNOTSUPP, 0));
}

TEST_F(NetlinkCommitTest, Item28_ATransactionWithoutOperationsIsNotSent) {
  EXPECT_CALL(*socket_, Send).Times(0);
  const Outcome outcome = Commit(Transaction{});
  ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
  EXPECT_EQ(std::get<NotSent>(outcome).errno_value, EINVAL);
}

TEST_F(NetlinkCommitTest, Item29_AfterASendErrorNothingIsRead) {
  for (const int error : {ENOBUFS, EAGAIN, ENOMEM, ECONNREFUSED}) {
    EXPECT_CALL(*socket_, Send).WillOnce(Return(std::unexpected(error)));
    EXPECT_CALL(*socket_, Receive).Times(0);
    const Outcome outcome = Commit();
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).errno_value, error);
  }
}

TEST_F(NetlinkCommitTest, ATransactionTooLargeForTheSocketIsNotSentAndTheTextNamesTheCure) {
  EXPECT_CALL(*socket_, EnsureSendBuffer(Ge(100u))).WillOnce(Return(std::unexpected(EMSGSIZE)));
  EXPECT_CALL(*socket_, Send).Times(0);
  const Outcome outcome = Commit();
  ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
  EXPECT_EQ(std::get<NotSent>(outcome).errno_value, EMSGSIZE);
  EXPECT_NE(std::get<NotSent>(outcome).text.find("net.core.wmem_max"), std::string::npos);
}

TEST_F(NetlinkCommitTest, AnInterruptedSendIsRepeated) {
  AnswerEverything();
  EXPECT_CALL(*socket_, Send)
      .WillOnce(Return(std::unexpected(EINTR)))
      .WillOnce(Return(std::unexpected(EINTR)))
      .WillOnce([this](std::span<const std::uint8_t> datagram) -> std::expected<void, int> {
        socket_->on_send(MessagesOf(datagram));
        return {};
      });
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, ASendThatIsInterruptedForeverEndsAtTheDeadline) {
  EXPECT_CALL(*socket_, Send).WillRepeatedly([this](auto) -> std::expected<void, int> {
    socket_->now += milliseconds(10);
    return std::unexpected(EINTR);
  });
  const Outcome outcome = Commit();
  ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
  EXPECT_EQ(std::get<NotSent>(outcome).errno_value, ETIMEDOUT);
}

TEST_F(NetlinkCommitTest, Item31_AnErrorBetweenTwoAcksIsTheOutcome) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Answer(Ack(messages[2].sequence, kPort, EBUSY));
    socket_->Answer(Ack(messages[3].sequence, kPort));
  };
  EXPECT_EQ(Commit(), RefusedWith(EBUSY, 1));
}

TEST_F(NetlinkCommitTest, Item32_AllErrorsAreReportedInTheOrderOfTheOperations) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[2].sequence, kPort, ENOENT));
    socket_->Answer(Ack(messages[3].sequence, kPort, EBUSY));
  };
  EXPECT_EQ(Commit(), Outcome(Refused{{Refusal{.operation = 1, .errno_value = ENOENT},
                                       Refusal{.operation = 2, .errno_value = EBUSY}}}));
}

TEST_F(NetlinkCommitTest, Item33_AcksInAnotherOrderGiveTheSameOutcome) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[3].sequence, kPort));
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Answer(Ack(messages[4].sequence, kPort));
  };
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item33_AnErrorBehindTheAckOfTheLastMessageIsTheOutcome) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[3].sequence, kPort));
    socket_->Answer(Ack(messages[1].sequence, kPort, EEXIST));
    socket_->Answer(Ack(messages[0].sequence, kPort));
  };
  EXPECT_EQ(Commit(), RefusedWith(EEXIST, 0));
}

TEST_F(NetlinkCommitTest, Item33_AcksInOneDatagramGiveTheSameOutcome) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Join({Ack(messages[0].sequence, kPort), Ack(messages[3].sequence, kPort),
                          Ack(messages[4].sequence, kPort)}));
  };
  EXPECT_CALL(*socket_, Receive).Times(1);
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item33_AnErrorAmongAcksInOneDatagramIsTheOutcome) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Join({Ack(messages[0].sequence, kPort), Ack(messages[2].sequence, kPort, ENOENT),
                          Ack(messages[3].sequence, kPort)}));
  };
  EXPECT_EQ(Commit(), RefusedWith(ENOENT, 1));
}

TEST_F(NetlinkCommitTest, Item34_EpermOnBeginIsAnsweredAtOnce) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort, EPERM));
  };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(), RefusedWith(EPERM, std::nullopt));
}

TEST_F(NetlinkCommitTest, Item35_EopnotsuppOnBeginIsARefusalOfTheBatch) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort, EOPNOTSUPP));
  };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(), RefusedWith(EOPNOTSUPP, std::nullopt));
}

TEST_F(NetlinkCommitTest, Item36_AKernelBefore610AcknowledgesTheLastMessageOnly) {
  socket_->on_send = [this](const Messages& messages) { socket_->Answer(Ack(messages[3].sequence, kPort)); };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item36_AKernelBefore610RefusesWithoutAnyAck) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[1].sequence, kPort, EEXIST));
  };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(), RefusedWith(EEXIST, 0));
}

TEST_F(NetlinkCommitTest, ACheckOnlyTransactionEndsWithTheAckOfItsLastMessage) {
  Transaction check = ThreeOperations();
  check.check_only = true;
  socket_->on_send = [this](const Messages& messages) {
    ASSERT_EQ(messages.size(), 4u);
    socket_->Answer(Ack(messages[0].sequence, kPort));
    socket_->Answer(Ack(messages[3].sequence, kPort));
  };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(Commit(check), Outcome(Committed{}));
}

TEST_F(NetlinkCommitTest, Item37_AnErrorOfTheCommitBeatsTheAcksBehindIt) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[1].sequence, kPort, EINVAL));
    for (std::size_t i = 0; i < 4; ++i) socket_->Answer(Ack(messages[i].sequence, kPort));
  };
  EXPECT_EQ(Commit(), RefusedWith(EINVAL, 0));
}

TEST_F(NetlinkCommitTest, SequenceNumbersGoOnFromBatchToBatch) {
  AnswerEverything();
  Commit();
  Commit();
  ASSERT_EQ(socket_->sent.size(), 2u);
  EXPECT_EQ(MessagesOf(socket_->sent[0]).front().sequence, 1u);
  EXPECT_EQ(MessagesOf(socket_->sent[1]).front().sequence, MessagesOf(socket_->sent[0]).back().sequence + 1);
}

TEST_F(NetlinkCommitTest, ABatchThatIsTooLargeUsesItsSequenceNumbersUp) {
  AnswerEverything();
  EXPECT_CALL(*socket_, EnsureSendBuffer)
      .WillOnce(Return(std::unexpected(EMSGSIZE)))
      .WillOnce(Return(std::expected<void, int>()));
  Commit();
  Commit();
  EXPECT_EQ(MessagesOf(socket_->sent.at(0)).front().sequence, 6u);
}

class NetlinkCommitWrapTest : public NetlinkCommitTest {
 protected:
  NetlinkCommitWrapTest() : NetlinkCommitTest(UINT32_MAX - 1) {}
};

TEST_F(NetlinkCommitWrapTest, Item27_SequenceNumbersWrapFromTheLastToOne) {
  AnswerEverything();
  EXPECT_EQ(Commit(), Outcome(Committed{}));
  std::vector<std::uint32_t> sequences;
  for (const SentMessage& message : MessagesOf(socket_->sent.at(0))) sequences.push_back(message.sequence);
  EXPECT_THAT(sequences, ::testing::ElementsAre(UINT32_MAX - 1, UINT32_MAX, 1, 2, 3));
}

TEST_F(NetlinkCommitTest, Item39_TheKernelsWordsAreKept) {
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(
        AckWithText(messages[2].sequence, kPort, EINVAL, "Attribute failed policy validation", 20));
  };
  const Outcome outcome = Commit();
  ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
  EXPECT_EQ(std::get<Refused>(outcome).refusals.at(0).message, "Attribute failed policy validation");
}

TEST_F(NetlinkCommitTest, Item39_AnErrorThatEchoesTheWholeMessageIsRead) {
  socket_->on_send = [this](const Messages& messages) {
    const std::span<const std::uint8_t> batch = socket_->sent.back();
    socket_->Answer(AckWithOriginal(batch.subspan(messages[2].offset, messages[2].length), kPort, ENOENT));
  };
  EXPECT_EQ(Commit(), RefusedWith(ENOENT, 1));
}

TEST_F(NetlinkCommitTest, Item42_InAForkedChildNothingIsSent) {
  EXPECT_CALL(*socket_, EnsureSendBuffer).WillOnce(Return(std::unexpected(ECHILD)));
  EXPECT_CALL(*socket_, Send).Times(0);
  const Outcome outcome = Commit();
  ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
  EXPECT_EQ(std::get<NotSent>(outcome).errno_value, ECHILD);
}

TEST_F(NetlinkCommitTest, Item43_ErestartIsARefusalOfTheBatch) {
  Transaction transaction = ThreeOperations();
  transaction.required_generation = 7;
  socket_->on_send = [this](const Messages& messages) {
    socket_->Answer(Ack(messages[0].sequence, kPort, ERESTART));
  };
  EXPECT_EQ(Commit(transaction), RefusedWith(ERESTART, std::nullopt));
}

}  // namespace
}  // namespace natplan
