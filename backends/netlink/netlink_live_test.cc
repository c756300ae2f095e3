// The netlink executor over the running kernel, in a network namespace of its own.
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/values/element.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan {
namespace {

using natplan::testing::DropCapabilities;
using natplan::testing::RunInNamespaceOrSkip;

const TableId kTable = {Family::kIp, "natplan"};
const TableId kTable6 = {Family::kIp6, "natplan"};
const BaseChain kPrerouting = {.type = "nat", .hook = Hook::kPrerouting, .priority = -99};
// type ipv4_addr; flags interval
const SetShape kAddresses = {.interval = true, .key_type = 7, .key_length = 4};
// type ipv4_addr
const SetShape kPlainAddresses = {.key_type = 7, .key_length = 4};

TimePoint InFiveSeconds() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

std::unique_ptr<NetlinkExecutor> LiveExecutor() {
  auto socket = LinuxSocket::Open();
  return std::make_unique<NetlinkExecutor>(std::move(socket).value());
}

Element Range(std::uint8_t last_byte) {
  return {.kind = ElementKind::kRange, .key = {10, 0, 0, last_byte}, .end = {10, 0, 1, 0}};
}

Transaction TableChainSetElement() {
  return {.operations = {EnsureTable{kTable}, EnsureChain{kTable, "prerouting", kPrerouting},
                         EnsureSet{kTable, "masq_saddr", kAddresses},
                         AddElements{kTable, "masq_saddr", kAddresses, true, {Range(0)}}}};
}

// A table with a set of `count` addresses.
Transaction ManyElements(std::uint32_t count) {
  AddElements add = {.table = kTable, .set = "many", .shape = kPlainAddresses, .elements = {}};
  add.elements.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    add.elements.push_back({.key = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                    static_cast<std::uint8_t>(i)}});
  }
  return {.operations = {EnsureTable{kTable}, EnsureSet{kTable, "many", kPlainAddresses}, std::move(add)}};
}

Outcome RefusedWith(int errno_value, std::optional<std::size_t> operation) {
  return Refused{{Refusal{.operation = operation, .errno_value = errno_value}}};
}

TEST(NetlinkLiveTest, AFreshNamespaceHoldsNothingAtGenerationOne) {
  RunInNamespaceOrSkip([] {
    const auto snapshot = LiveExecutor()->Read({.tables = {kTable, kTable6}}, InFiveSeconds());
    ASSERT_TRUE(snapshot) << snapshot.error().text;
    EXPECT_EQ(*snapshot, (Snapshot{.generation = 1}));
  });
}

TEST(NetlinkLiveTest, WhatWasCommittedIsReadBack) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    ASSERT_EQ(executor->Commit(TableChainSetElement(), InFiveSeconds()), Outcome(Committed{}));
    const auto snapshot =
        executor->Read({.tables = {kTable, kTable6}, .sets = {"masq_saddr"}}, InFiveSeconds());
    ASSERT_TRUE(snapshot) << snapshot.error().text;
    EXPECT_EQ(snapshot->generation, 2u);
    ASSERT_EQ(snapshot->tables.size(), 1u);
    const TableSnapshot& table = snapshot->tables[0];
    EXPECT_EQ(table.id, kTable);
    ASSERT_EQ(table.chains.size(), 1u);
    EXPECT_EQ(table.chains[0].name, "prerouting");
    EXPECT_EQ(table.chains[0].base, kPrerouting);
    ASSERT_EQ(table.sets.size(), 1u);
    EXPECT_EQ(table.sets[0].name, "masq_saddr");
    // Raw nodes, in the kernel's order: descending.
    EXPECT_EQ(table.sets[0].elements,
              (std::vector<Element>{{.kind = ElementKind::kEnd, .key = {10, 0, 1, 0}},
                                    {.kind = ElementKind::kStart, .key = {10, 0, 0, 0}}}));
  });
}

TEST(NetlinkLiveTest, Item30_AllAcknowledgedIsCommitted) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(executor->Commit({.operations = {EnsureTable{kTable}}}, InFiveSeconds()),
                Outcome(Committed{}));
    }
  });
}

TEST(NetlinkLiveTest, Item31_ARefusalNamesTheOperationAndTheElementAndChangesNothing) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    ASSERT_EQ(executor->Commit(TableChainSetElement(), InFiveSeconds()), Outcome(Committed{}));
    const Transaction clash = {
        .operations = {
            EnsureTable{kTable6},
            AddElements{kTable,
                        "masq_saddr",
                        kAddresses,
                        true,
                        {{.kind = ElementKind::kRange, .key = {9, 0, 0, 0}, .end = {9, 0, 0, 1}}, Range(1)}},
            EnsureChain{kTable6, "prerouting", kPrerouting}}};
    const Outcome outcome = executor->Commit(clash, InFiveSeconds());
    ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
    const Refused& refused = std::get<Refused>(outcome);
    ASSERT_EQ(refused.refusals.size(), 1u);
    EXPECT_EQ(refused.refusals[0].operation, 1u);
    EXPECT_EQ(refused.refusals[0].element, 1u);
    EXPECT_EQ(refused.refusals[0].errno_value, EEXIST);
    const auto snapshot = executor->Read({.tables = {kTable, kTable6}}, InFiveSeconds());
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->generation, 2u);
    EXPECT_EQ(snapshot->Find(kTable6), nullptr);
  });
}

TEST(NetlinkLiveTest, ACheckOnlyTransactionChangesNothing) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    Transaction check = TableChainSetElement();
    check.check_only = true;
    EXPECT_EQ(executor->Commit(check, InFiveSeconds()), Outcome(Committed{}));
    const auto snapshot = executor->Read({.tables = {kTable}}, InFiveSeconds());
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(*snapshot, (Snapshot{.generation = 1}));
  });
}

TEST(NetlinkLiveTest, Item34_WithoutCapabilitiesEpermComesAtOnce) {
  RunInNamespaceOrSkip([] {
    DropCapabilities();
    const auto executor = LiveExecutor();
    const TimePoint before = std::chrono::steady_clock::now();
    EXPECT_EQ(executor->Commit(TableChainSetElement(), InFiveSeconds()), RefusedWith(EPERM, std::nullopt));
    const auto snapshot = executor->Read({.tables = {kTable}}, InFiveSeconds());
    ASSERT_FALSE(snapshot);
    EXPECT_EQ(snapshot.error().errno_value, EPERM);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
  });
}

TEST(NetlinkLiveTest, Item43_AnotherGenerationIsErestart) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    Transaction transaction = TableChainSetElement();
    transaction.required_generation = 7;
    EXPECT_EQ(executor->Commit(transaction, InFiveSeconds()), RefusedWith(ERESTART, std::nullopt));
    transaction.required_generation = 1;
    EXPECT_EQ(executor->Commit(transaction, InFiveSeconds()), Outcome(Committed{}));
  });
}

TEST(NetlinkLiveTest, ManyElementsAreCommittedAndReadBack) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    // Too many for the usual send buffer, few enough for a net.core.wmem_max of 212,992.
    constexpr std::uint32_t kCount = 15000;
    ASSERT_EQ(executor->Commit(ManyElements(kCount), InFiveSeconds()), Outcome(Committed{}));
    const auto snapshot = executor->Read({.tables = {kTable}, .sets = {"many"}}, InFiveSeconds());
    ASSERT_TRUE(snapshot) << snapshot.error().text;
    EXPECT_EQ(snapshot->tables.at(0).sets.at(0).elements.size(), kCount);
  });
}

TEST(NetlinkLiveTest, AsManyRefusalsAsAnUnprivilegedReceiveBufferHoldsAreAllRead) {
  RunInNamespaceOrSkip([] {
    Transaction transaction;
    for (int i = 0; i < 500; ++i) transaction.operations.push_back(FlushSet{kTable, "missing"});
    const Outcome outcome = LiveExecutor()->Commit(transaction, InFiveSeconds());
    ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
    EXPECT_EQ(std::get<Refused>(outcome).refusals.size(), 500u);
  });
}

TEST(NetlinkLiveTest, Item40_MoreRefusalsThanTheReceiveBufferHoldsAreStillARefusal) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    Transaction transaction;
    // As many as fit into one message where net.core.wmem_max is 212,992; the answers take sixteen times as
    // much.
    constexpr std::size_t kCount = 8000;
    transaction.operations.assign(kCount, FlushSet{kTable, "missing"});
    const Outcome outcome = executor->Commit(transaction, InFiveSeconds());
    ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
    EXPECT_LT(std::get<Refused>(outcome).refusals.size(), kCount);
    // What was lost is not the next batch's loss.
    EXPECT_EQ(executor->Commit(TableChainSetElement(), InFiveSeconds()), Outcome(Committed{}));
  });
}

TEST(NetlinkLiveTest, ABatchLargerThanTheUserNamespaceMaySendIsNotSent) {
  RunInNamespaceOrSkip([] {
    auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket);
    // What SO_SNDBUF is capped at: net.core.wmem_max, doubled.
    const int all = 1 << 30;
    ASSERT_EQ(setsockopt((*socket)->descriptor(), SOL_SOCKET, SO_SNDBUF, &all, sizeof(all)), 0);
    int most = 0;
    socklen_t size = sizeof(most);
    ASSERT_EQ(getsockopt((*socket)->descriptor(), SOL_SOCKET, SO_SNDBUF, &most, &size), 0);
    // An element takes at least 16 bytes: nest, key, value and their headers.
    const std::uint32_t count = static_cast<std::uint32_t>(most) / 16;
    NetlinkExecutor executor(std::move(*socket));
    const Outcome outcome = executor.Commit(ManyElements(count), InFiveSeconds());
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).errno_value, EMSGSIZE);
    const auto snapshot = executor.Read({.tables = {kTable}}, InFiveSeconds());
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(*snapshot, (Snapshot{.generation = 1}));
  });
}

TEST(NetlinkLiveTest, Item42_AForkedChildIsToldSoAndTheParentGoesOn) {
  RunInNamespaceOrSkip([] {
    const auto executor = LiveExecutor();
    ASSERT_EQ(executor->Commit(TableChainSetElement(), InFiveSeconds()), Outcome(Committed{}));
    const pid_t child = fork();
    if (child == 0) {
      const Outcome outcome = executor->Commit({.operations = {DeleteTable{kTable}}}, InFiveSeconds());
      const auto* not_sent = std::get_if<NotSent>(&outcome);
      const auto snapshot = executor->Read({.tables = {kTable}}, InFiveSeconds());
      _exit(not_sent != nullptr && not_sent->errno_value == ECHILD && !snapshot &&
                    snapshot.error().errno_value == ECHILD
                ? 0
                : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    const auto snapshot = executor->Read({.tables = {kTable}}, InFiveSeconds());
    ASSERT_TRUE(snapshot);
    EXPECT_NE(snapshot->Find(kTable), nullptr);
  });
}

TEST(NetlinkLiveTest, AnAdoptedSocketStaysInTheNamespaceThatItWasMadeIn) {
  RunInNamespaceOrSkip([] {
    auto adopted = LinuxSocket::Adopt(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
    ASSERT_TRUE(adopted) << adopted.error().text;
    ASSERT_EQ(LiveExecutor()->Commit(TableChainSetElement(), InFiveSeconds()), Outcome(Committed{}));
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    const auto here = LiveExecutor()->Read({.tables = {kTable}}, InFiveSeconds());
    const auto there = NetlinkExecutor(std::move(*adopted)).Read({.tables = {kTable}}, InFiveSeconds());
    ASSERT_TRUE(here && there);
    EXPECT_TRUE(here->tables.empty());
    EXPECT_EQ(there->tables.size(), 1u);
  });
}

}  // namespace
}  // namespace natplan
