// What NetlinkExecutor::Drain makes of scripted announcements.
#include <errno.h>
#include <linux/netfilter/nf_tables.h>

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
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan {
namespace {

using ::testing::NiceMock;

constexpr std::uint32_t kOwnPort = ScriptedNetlinkSocket::kPort;
constexpr std::uint32_t kOtherPort = 77;

class NetlinkDrainTest : public ::testing::Test {
 protected:
  NetlinkDrainTest() {
    auto socket = std::make_unique<NiceMock<ScriptedNetlinkSocket>>();
    socket_ = socket.get();
    socket_->on_send = [this](const std::vector<SentMessage>& messages) {
      ++asked_;
      if (answers_) socket_->Answer(NewGeneration(messages.at(0).sequence, kOwnPort, generation_));
    };
    executor_ = std::make_unique<NetlinkExecutor>(std::move(socket), 1, [this] { return Listen(); });
  }

  std::expected<std::unique_ptr<NetlinkSocket>, Error> Listen() {
    ++listened_;
    if (!may_listen_) return std::unexpected(Error{.errno_value = EPERM});
    auto listening = std::make_unique<NiceMock<ScriptedNetlinkSocket>>();
    listening_ = listening.get();
    return listening;
  }

  // The kernel's counter moves, and the kernel says so.
  void Commit(std::uint32_t port, const std::string& table) {
    ++generation_;
    Tell(port, table, generation_);
  }
  void Tell(std::uint32_t port, const std::string& table, std::uint32_t generation) {
    listening_->Answer(Join({NewTable(1, port, table), NewGeneration(1, port, generation)}));
  }
  void ExpectDrained(std::uint32_t since, std::uint32_t generation, bool touched) {
    const Drained drained = executor_->Drain({table_}, since);
    EXPECT_TRUE(drained.complete);
    EXPECT_EQ(drained.generation, generation);
    EXPECT_EQ(drained.touched(), touched);
  }
  void ExpectIncomplete(std::uint32_t since) { EXPECT_FALSE(executor_->Drain({table_}, since).complete); }

  TableId table_ = {Family::kIp, "natplan"};
  bool may_listen_ = true;
  bool answers_ = true;
  std::uint32_t generation_ = 5;
  int asked_ = 0;
  int listened_ = 0;
  ScriptedNetlinkSocket* socket_ = nullptr;
  ScriptedNetlinkSocket* listening_ = nullptr;
  std::unique_ptr<NetlinkExecutor> executor_;
};

TEST_F(NetlinkDrainTest, TheFirstCallListensAndKnowsOnlyWhatTheCounterSays) {
  ExpectIncomplete(4);
  EXPECT_EQ(listened_, 1);
  EXPECT_EQ(asked_, 1);
  ExpectDrained(5, 5, false);
}

TEST_F(NetlinkDrainTest, LaterCallsSendNothing) {
  ExpectDrained(5, 5, false);
  Commit(kOwnPort, "natplan");
  ExpectDrained(5, 6, false);
  Commit(kOtherPort, "other");
  ExpectDrained(6, 7, false);
  Commit(kOtherPort, "natplan");
  ExpectDrained(7, 8, true);
  EXPECT_EQ(listened_, 1);
  EXPECT_EQ(asked_, 1);
}

TEST_F(NetlinkDrainTest, WithoutASecondSocketNothingIsKnown) {
  may_listen_ = false;
  ExpectIncomplete(5);
  ExpectIncomplete(5);
  EXPECT_EQ(listened_, 1);
  NetlinkExecutor alone(std::make_unique<NiceMock<ScriptedNetlinkSocket>>());
  EXPECT_FALSE(alone.Drain({table_}, 5).complete);
}

TEST_F(NetlinkDrainTest, AfterALossOnlyTheCounterIsKnown) {
  ExpectDrained(5, 5, false);
  Commit(kOtherPort, "other");
  listening_->Fail(ENOBUFS);
  Commit(kOtherPort, "natplan");
  ExpectIncomplete(5);
  EXPECT_EQ(asked_, 2);
  ExpectDrained(7, 7, false);
  Commit(kOtherPort, "natplan");
  ExpectDrained(7, 8, true);
}

TEST_F(NetlinkDrainTest, AfterAGapOnlyTheCounterIsKnown) {
  ExpectDrained(5, 5, false);
  ++generation_;
  Commit(kOtherPort, "other");
  ExpectIncomplete(5);
  ExpectDrained(7, 7, false);
}

TEST_F(NetlinkDrainTest, WhatIsNotUnderstoodIsNotPassedOver) {
  ExpectDrained(5, 5, false);
  ++generation_;
  listening_->Answer({1, 2, 3});
  listening_->Answer(NewGeneration(1, kOtherPort, generation_));
  ExpectIncomplete(5);
}

TEST_F(NetlinkDrainTest, WhatIsToldLateOfACommitThatTheCounterShowedIsPassedOver) {
  ExpectDrained(5, 5, false);
  Tell(kOtherPort, "natplan", 5);
  ExpectDrained(5, 5, false);
}

TEST_F(NetlinkDrainTest, WithoutAnAnswerNothingIsKnown) {
  answers_ = false;
  ExpectIncomplete(5);
  answers_ = true;
  ExpectDrained(5, 5, false);
}

TEST_F(NetlinkDrainTest, ASocketThatFailsIsGivenUp) {
  ExpectDrained(5, 5, false);
  listening_->Fail(ECHILD);
  ExpectIncomplete(5);
  ExpectIncomplete(5);
  EXPECT_EQ(listened_, 1);
}

// Reads an empty kernel, in which `meanwhile` happens between the first request and the last.
class NetlinkReadAndDrainTest : public NetlinkDrainTest {
 protected:
  NetlinkReadAndDrainTest() {
    ExpectDrained(5, 5, false);
    socket_->on_send = [this](const std::vector<SentMessage>& messages) {
      const std::uint32_t sequence = messages.at(0).sequence;
      if ((messages.at(0).type & 0xff) == NFT_MSG_GETGEN) {
        socket_->Answer(NewGeneration(sequence, kOwnPort, generation_));
      } else {
        meanwhile_();
        socket_->Answer(Done(sequence, kOwnPort));
      }
    };
  }
  auto Read() { return executor_->Read({.tables = {table_}}, TimePoint::max()); }
  void ExpectTorn() {
    const auto snapshot = Read();
    ASSERT_FALSE(snapshot);
    EXPECT_TRUE(snapshot.error().torn);
  }

  std::function<void()> meanwhile_ = [] {};
};

TEST_F(NetlinkReadAndDrainTest, ACommitElsewhereTearsNoReading) {
  meanwhile_ = [this] { Commit(kOtherPort, "other"); };
  const auto snapshot = Read();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->generation, 6u);
  meanwhile_ = [] {};
  Commit(kOtherPort, "natplan");
  ExpectDrained(6, 7, true);
}

TEST_F(NetlinkReadAndDrainTest, ACommitToTheTableTearsIt) {
  meanwhile_ = [this] { Commit(kOtherPort, "natplan"); };
  ExpectTorn();
}

TEST_F(NetlinkReadAndDrainTest, ACommitThatIsNotAnnouncedYetTearsIt) {
  meanwhile_ = [this] {
    Commit(kOtherPort, "other");
    ++generation_;
  };
  ExpectTorn();
}

TEST_F(NetlinkReadAndDrainTest, WhereNobodyListensAnyCommitTearsIt) {
  meanwhile_ = [this] {
    Commit(kOtherPort, "other");
    listening_->Fail(ENOBUFS);
  };
  ExpectTorn();
}

TEST_F(NetlinkDrainTest, OtherTablesBeginAnew) {
  ExpectDrained(5, 5, false);
  Commit(kOtherPort, "other");
  table_.name = "other";
  ExpectIncomplete(5);
  EXPECT_EQ(listened_, 2);
  ExpectDrained(6, 6, false);
  Commit(kOtherPort, "other");
  ExpectDrained(6, 7, true);
}

}  // namespace
}  // namespace natplan
