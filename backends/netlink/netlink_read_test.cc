// What NetlinkExecutor::Read makes of scripted answers. Snapshots of a whole table are read from the
// simulated kernel (backends/sim) and the running one (netlink_live_test.cc).
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "backends/netlink/answer_bytes.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/netlink/scripted_netlink_socket.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::NiceMock;
using ::testing::Return;

constexpr std::uint32_t kPort = ScriptedNetlinkSocket::kPort;
constexpr TimePoint kDeadline = TimePoint() + seconds(5);

constexpr std::uint16_t Type(int message) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

const TableId kTable = {Family::kIp, "natplan"};
const TableId kTable6 = {Family::kIp6, "natplan"};

class NetlinkReadTest : public ::testing::Test {
 protected:
  NetlinkReadTest() {
    auto socket = std::make_unique<NiceMock<ScriptedNetlinkSocket>>();
    socket_ = socket.get();
    executor_ = std::make_unique<NetlinkExecutor>(std::move(socket));
    socket_->on_send = [this](const std::vector<SentMessage>& messages) {
      ASSERT_EQ(messages.size(), 1u);
      requests_.push_back(messages[0].type);
      answer_(messages[0].type, messages[0].sequence);
    };
  }

  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request = {.tables = {kTable}}) {
    return executor_->Read(request, kDeadline);
  }
  // An empty kernel at `generation_`.
  void AnswerAsEmpty(std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETGEN)) {
      socket_->Answer(NewGeneration(sequence, kPort, generation_));
    } else {
      socket_->Answer(Done(sequence, kPort));
    }
  }

  NiceMock<ScriptedNetlinkSocket>* socket_ = nullptr;
  std::unique_ptr<NetlinkExecutor> executor_;
  std::uint32_t generation_ = 7;
  std::vector<std::uint16_t> requests_;
  std::function<void(std::uint16_t, std::uint32_t)> answer_ =
      [this](std::uint16_t type, std::uint32_t sequence) { AnswerAsEmpty(type, sequence); };
};

const auto kTorn = std::expected<Snapshot, ReadFailure>(std::unexpected(ReadFailure{.torn = true}));

int ErrnoOf(const std::expected<Snapshot, ReadFailure>& result) {
  return result || result.error().torn ? 0 : result.error().errno_value;
}

TEST_F(NetlinkReadTest, AnEmptyKernelGivesAnEmptySnapshotOfItsGeneration) {
  const auto snapshot = Read();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(*snapshot, (Snapshot{.generation = 7}));
}

TEST_F(NetlinkReadTest, AnEmptyKernelCostsThreeRequests) {
  ASSERT_TRUE(Read());
  EXPECT_THAT(requests_, ElementsAre(Type(NFT_MSG_GETGEN), Type(NFT_MSG_GETTABLE), Type(NFT_MSG_GETGEN)));
}

TEST_F(NetlinkReadTest, EachFamilyIsAskedForOnce) {
  ASSERT_TRUE(Read({.tables = {kTable, kTable6, {Family::kIp, "another"}}}));
  EXPECT_THAT(requests_, ElementsAre(Type(NFT_MSG_GETGEN), Type(NFT_MSG_GETTABLE), Type(NFT_MSG_GETTABLE),
                                     Type(NFT_MSG_GETGEN)));
}

TEST_F(NetlinkReadTest, OfATableThatNobodyAskedForNothingMoreIsRead) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETTABLE)) socket_->Answer(NewTable(sequence, kPort, "another"));
    AnswerAsEmpty(type, sequence);
  };
  const auto snapshot = Read();
  ASSERT_TRUE(snapshot);
  EXPECT_TRUE(snapshot->tables.empty());
  EXPECT_EQ(requests_.size(), 3u);
}

class NetlinkReadOfATableTest : public NetlinkReadTest {
 protected:
  NetlinkReadOfATableTest() {
    answer_ = [this](std::uint16_t type, std::uint32_t sequence) { AnswerWithTable(type, sequence); };
  }
  void AnswerWithTable(std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETTABLE)) socket_->Answer(NewTable(sequence, kPort, "natplan", table_flags_));
    AnswerAsEmpty(type, sequence);
  }
  std::uint16_t table_flags_ = 0;
};

TEST_F(NetlinkReadOfATableTest, EverythingInItIsAskedFor) {
  const auto snapshot = Read({.tables = {kTable}, .sets = {"a_set_that_is_not_there"}});
  ASSERT_TRUE(snapshot);
  ASSERT_EQ(snapshot->tables.size(), 1u);
  EXPECT_EQ(snapshot->tables[0].id, kTable);
  EXPECT_THAT(requests_, ElementsAre(Type(NFT_MSG_GETGEN), Type(NFT_MSG_GETTABLE), Type(NFT_MSG_GETCHAIN),
                                     Type(NFT_MSG_GETRULE), Type(NFT_MSG_GETSET), Type(NFT_MSG_GETOBJ),
                                     Type(NFT_MSG_GETFLOWTABLE), Type(NFT_MSG_GETGEN)));
}

TEST_F(NetlinkReadOfATableTest, AGenerationThatMovedIsTorn) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    AnswerWithTable(type, sequence);
    generation_ = 8;
  };
  EXPECT_EQ(Read(), kTorn);
}

TEST_F(NetlinkReadOfATableTest, AnInterruptedPartIsTorn) {
  table_flags_ = NLM_F_DUMP_INTR;
  EXPECT_EQ(Read(), kTorn);
}

TEST_F(NetlinkReadOfATableTest, ATableThatGoesWhileItIsReadIsTorn) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETSET)) return socket_->Answer(Ack(sequence, kPort, ENOENT));
    AnswerWithTable(type, sequence);
  };
  EXPECT_EQ(Read(), kTorn);
}

TEST_F(NetlinkReadOfATableTest, AKernelWithoutFlowtablesHoldsNone) {
  for (const int error : {EINVAL, EOPNOTSUPP, ENOENT}) {
    answer_ = [this, error](std::uint16_t type, std::uint32_t sequence) {
      if (type == Type(NFT_MSG_GETFLOWTABLE)) return socket_->Answer(Ack(sequence, kPort, error));
      AnswerWithTable(type, sequence);
    };
    EXPECT_TRUE(Read()) << error;
  }
}

TEST_F(NetlinkReadOfATableTest, ALossIsTornAndTheDumpIsReadToItsEnd) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETTABLE)) socket_->Fail(ENOBUFS);
    AnswerWithTable(type, sequence);
  };
  EXPECT_EQ(Read(), kTorn);
  EXPECT_TRUE(socket_->queue.empty());
}

TEST_F(NetlinkReadOfATableTest, ATruncatedPartIsTorn) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETCHAIN)) {
      socket_->queue.push_back({.bytes = NewTable(sequence, kPort, "x"), .truncated = true});
    }
    AnswerWithTable(type, sequence);
  };
  EXPECT_EQ(Read(), kTorn);
}

TEST_F(NetlinkReadOfATableTest, TheAnswerMayComeInSeveralDatagramsOrInOne) {
  for (const bool together : {false, true}) {
    answer_ = [this, together](std::uint16_t type, std::uint32_t sequence) {
      if (type != Type(NFT_MSG_GETTABLE)) return AnswerAsEmpty(type, sequence);
      const std::vector<Bytes> parts = {NewTable(sequence, kPort, "first"),
                                        NewTable(sequence, kPort, "natplan"), Done(sequence, kPort)};
      if (together) return socket_->Answer(Join({parts[0], parts[1], parts[2]}));
      for (const Bytes& part : parts) socket_->Answer(part);
    };
    const auto snapshot = Read();
    ASSERT_TRUE(snapshot);
    EXPECT_NE(snapshot->Find(kTable), nullptr);
  }
}

TEST_F(NetlinkReadTest, Item34_WithoutCapabilityEpermIsAnsweredAtOnce) {
  answer_ = [this](std::uint16_t, std::uint32_t sequence) { socket_->Answer(Ack(sequence, kPort, EPERM)); };
  EXPECT_CALL(*socket_, WaitReadable).Times(0);
  EXPECT_EQ(ErrnoOf(Read()), EPERM);
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(NetlinkReadTest, Item35_AKernelWithoutNfTablesIsNotSupported) {
  for (const int error : {EINVAL, EOPNOTSUPP}) {
    answer_ = [this, error](std::uint16_t, std::uint32_t sequence) {
      socket_->Answer(Ack(sequence, kPort, error));
    };
    EXPECT_EQ(ErrnoOf(Read()), EOPNOTSUPP) << error;
  }
}

TEST_F(NetlinkReadTest, Item38_SilenceEndsAtTheDeadline) {
  answer_ = [](std::uint16_t, std::uint32_t) {};
  EXPECT_EQ(ErrnoOf(Read()), ETIMEDOUT);
  EXPECT_EQ(socket_->now, kDeadline);
}

TEST_F(NetlinkReadTest, Item38_WhatIsLeftOfAReadThatTimedOutIsNotTakenForTheNext) {
  std::uint32_t old = 0;
  answer_ = [&old](std::uint16_t, std::uint32_t sequence) { old = sequence; };
  ASSERT_EQ(ErrnoOf(executor_->Read({.tables = {kTable}}, TimePoint() + seconds(1))), ETIMEDOUT);
  answer_ = [this, &old](std::uint16_t type, std::uint32_t sequence) {
    socket_->Answer(NewGeneration(old, kPort, 3));
    AnswerAsEmpty(type, sequence);
  };
  const auto snapshot = Read();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->generation, 7u);
}

TEST_F(NetlinkReadTest, ADumpThatWasLeftIsReadToItsEndBeforeTheNextRequest) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETGEN)) AnswerAsEmpty(type, sequence);  // The dump stays unanswered.
  };
  ASSERT_EQ(ErrnoOf(executor_->Read({.tables = {kTable}}, TimePoint() + seconds(1))), ETIMEDOUT);
  socket_->Answer(NewTable(2, kPort, "natplan"));
  socket_->Answer(Done(2, kPort));
  std::size_t left = 99;
  answer_ = [this, &left](std::uint16_t type, std::uint32_t sequence) {
    if (left == 99) left = socket_->queue.size();
    AnswerAsEmpty(type, sequence);
  };
  EXPECT_TRUE(Read());
  EXPECT_EQ(left, 0u);
}

TEST_F(NetlinkReadTest, AnotherDumpUnderWayIsTorn) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    if (type == Type(NFT_MSG_GETTABLE)) return socket_->Answer(Ack(sequence, kPort, EBUSY));
    AnswerAsEmpty(type, sequence);
  };
  EXPECT_EQ(Read(), kTorn);
}

TEST_F(NetlinkReadTest, Item39_StrangersAndOtherPortsAreDropped) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    socket_->queue.push_back({.bytes = Ack(sequence, kPort, EPERM), .sender_port = 99});
    socket_->Answer(Ack(sequence, kPort + 1, EPERM));
    AnswerAsEmpty(type, sequence);
  };
  EXPECT_TRUE(Read());
}

TEST_F(NetlinkReadTest, Item41_InterruptionsAreSurvivedAndKeepTheDeadline) {
  answer_ = [this](std::uint16_t type, std::uint32_t sequence) {
    socket_->Fail(EINTR);
    AnswerAsEmpty(type, sequence);
  };
  EXPECT_TRUE(Read());
  answer_ = [](std::uint16_t, std::uint32_t) {};
  EXPECT_CALL(*socket_, WaitReadable).WillRepeatedly([this](TimePoint) -> std::expected<void, int> {
    socket_->now += milliseconds(1);
    return std::unexpected(EINTR);
  });
  EXPECT_EQ(ErrnoOf(Read()), ETIMEDOUT);
  EXPECT_EQ(socket_->now, kDeadline);
}

TEST_F(NetlinkReadTest, Item42_InAForkedChildNothingIsRead) {
  EXPECT_CALL(*socket_, Send).WillOnce(Return(std::unexpected(ECHILD)));
  EXPECT_CALL(*socket_, Receive).Times(0);
  EXPECT_EQ(ErrnoOf(Read()), ECHILD);
}

}  // namespace
}  // namespace natplan
