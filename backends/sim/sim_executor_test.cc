// The netlink executor over the simulated kernel.
#include "backends/sim/sim_executor.h"

#include <errno.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "backends/sim/sim_socket.h"
#include "core/plan/executor.h"
#include "core/values/element.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "gtest/gtest.h"
#include "kernel_sim/kernel.h"

namespace natplan {
namespace {

const TableId kTable = {Family::kIp, "natplan"};
const BaseChain kPrerouting = {.type = "nat", .hook = Hook::kPrerouting, .priority = -99};
const SetShape kAddresses = {.interval = true, .key_type = 7, .key_length = 4};
const SetShape kPlainAddresses = {.key_type = 7, .key_length = 4};
constexpr TimePoint kFarAway = TimePoint::max();

const Transaction kTransaction = {
    .operations = {EnsureTable{kTable}, EnsureChain{kTable, "prerouting", kPrerouting},
                   EnsureSet{kTable, "masq_saddr", kAddresses},
                   AddElements{kTable,
                               "masq_saddr",
                               kAddresses,
                               true,
                               {{.kind = ElementKind::kRange, .key = {10, 0, 0, 0}, .end = {10, 0, 1, 0}}}}}};

TEST(SimExecutorTest, AFreshKernelHoldsNothingAtGenerationOne) {
  kernel_sim::Kernel kernel;
  const auto snapshot = MakeSimExecutor(kernel)->Read({.tables = {kTable}}, kFarAway);
  ASSERT_TRUE(snapshot) << snapshot.error().text;
  EXPECT_EQ(*snapshot, (Snapshot{.generation = 1}));
}

TEST(SimExecutorTest, WhatWasCommittedIsReadBack) {
  kernel_sim::Kernel kernel;
  const auto executor = MakeSimExecutor(kernel);
  ASSERT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Committed{}));
  const auto snapshot = executor->Read({.tables = {kTable}, .sets = {"masq_saddr"}}, kFarAway);
  ASSERT_TRUE(snapshot) << snapshot.error().text;
  EXPECT_EQ(snapshot->generation, 2u);
  ASSERT_EQ(snapshot->tables.size(), 1u);
  const TableSnapshot& table = snapshot->tables[0];
  ASSERT_EQ(table.chains.size(), 1u);
  EXPECT_EQ(table.chains[0].base, kPrerouting);
  ASSERT_EQ(table.sets.size(), 1u);
  EXPECT_EQ(table.sets[0].elements,
            (std::vector<Element>{{.kind = ElementKind::kEnd, .key = {10, 0, 1, 0}},
                                  {.kind = ElementKind::kStart, .key = {10, 0, 0, 0}}}));
}

void ExpectDrained(Executor& executor, std::uint32_t since, std::uint32_t generation, bool touched) {
  const Drained drained = executor.Drain({kTable}, since);
  EXPECT_TRUE(drained.complete);
  EXPECT_EQ(drained.generation, generation);
  EXPECT_EQ(drained.touched(), touched);
}

TEST(SimExecutorTest, TellsTheCommitsOfOthersFromItsOwn) {
  kernel_sim::Kernel kernel;
  const auto ours = MakeSimExecutor(kernel);
  const auto others = MakeSimExecutor(kernel);
  ExpectDrained(*ours, 1, 1, false);
  ASSERT_EQ(ours->Commit(kTransaction, kFarAway), Outcome(Committed{}));
  ExpectDrained(*ours, 1, 2, false);
  ASSERT_EQ(others->Commit({.operations = {EnsureTable{{Family::kIp, "other"}}}}, kFarAway),
            Outcome(Committed{}));
  ExpectDrained(*ours, 2, 3, false);
  ASSERT_EQ(others->Commit({.operations = {FlushSet{kTable, "masq_saddr"}}}, kFarAway), Outcome(Committed{}));
  ExpectDrained(*ours, 3, 4, true);
  ExpectDrained(*ours, 4, 4, false);
  EXPECT_FALSE(others->Drain({kTable}, 3).complete);
}

TEST(SimExecutorTest, WithoutCapabilityNothingIsKnownOfOthers) {
  kernel_sim::Kernel kernel;
  EXPECT_FALSE(MakeSimExecutor(kernel, {.net_admin = false})->Drain({kTable}, 1).complete);
}

TEST(SimExecutorTest, ARefusalChangesNothing) {
  kernel_sim::Kernel kernel;
  const auto executor = MakeSimExecutor(kernel);
  ASSERT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Committed{}));
  const Outcome outcome = executor->Commit(kTransaction, kFarAway);
  ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
  EXPECT_EQ(std::get<Refused>(outcome).refusals.at(0).errno_value, EEXIST);
  EXPECT_EQ(std::get<Refused>(outcome).refusals.at(0).operation, 3u);
  EXPECT_EQ(kernel.generation(), 2u);
}

TEST(SimExecutorTest, Item34_WithoutCapabilityEverythingIsEperm) {
  kernel_sim::Kernel kernel;
  const auto executor = MakeSimExecutor(kernel, {.net_admin = false});
  EXPECT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Refused{{Refusal{.errno_value = EPERM}}}));
  EXPECT_EQ(executor->Read({.tables = {kTable}}, kFarAway).error().errno_value, EPERM);
}

TEST(SimExecutorTest, Item35_AKernelWithoutNfTablesIsNotSupported) {
  kernel_sim::Profile profile;
  profile.nf_tables = false;
  kernel_sim::Kernel kernel(profile);
  const auto executor = MakeSimExecutor(kernel);
  EXPECT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Refused{{Refusal{.errno_value = EOPNOTSUPP}}}));
  EXPECT_EQ(executor->Read({.tables = {kTable}}, kFarAway).error().errno_value, EOPNOTSUPP);
}

TEST(SimExecutorTest, Item38_LostAcksAreUnknownAtOnceAndTheNextTransactionIsNot) {
  kernel_sim::Profile profile;
  profile.lost_ack = {1};
  kernel_sim::Kernel kernel(profile);
  const auto executor = MakeSimExecutor(kernel);
  EXPECT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_EQ(kernel.generation(), 2u);
  EXPECT_EQ(executor->Commit({.operations = {DeleteTable{kTable}}}, kFarAway), Outcome(Committed{}));
}

TEST(SimExecutorTest, Item40_AnOverrunIsUnknownAndTheNextTransactionIsNot) {
  kernel_sim::Profile profile;
  profile.enobufs = {1};
  kernel_sim::Kernel kernel(profile);
  const auto executor = MakeSimExecutor(kernel);
  EXPECT_EQ(executor->Commit(kTransaction, kFarAway), Outcome(Unknown{ENOBUFS}));
  EXPECT_EQ(executor->Commit({.operations = {DeleteTable{kTable}}}, kFarAway), Outcome(Committed{}));
}

TEST(SimExecutorTest, Item43_AnotherGenerationIsErestart) {
  kernel_sim::Kernel kernel;
  Transaction transaction = kTransaction;
  transaction.required_generation = 9;
  EXPECT_EQ(MakeSimExecutor(kernel)->Commit(transaction, kFarAway),
            Outcome(Refused{{Refusal{.errno_value = ERESTART}}}));
}

TEST(SimExecutorTest, ATransactionTooLargeForTheSocketIsNotSent) {
  kernel_sim::Kernel kernel;
  const auto executor = MakeSimExecutor(kernel, {.max_send_buffer = 1000});
  AddElements add = {.table = kTable, .set = "many", .shape = kPlainAddresses, .elements = {}};
  for (std::uint32_t i = 0; i < 20000; ++i) {
    add.elements.push_back({.key = {10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}});
  }
  const Outcome outcome = executor->Commit({.operations = {std::move(add)}}, kFarAway);
  ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
  EXPECT_EQ(std::get<NotSent>(outcome).errno_value, EMSGSIZE);
  EXPECT_EQ(kernel.transactions(), 0u);
}

TEST(SimExecutorTest, ASetOfManyDatagramsIsReadBack) {
  kernel_sim::Kernel kernel;
  const auto executor = MakeSimExecutor(kernel);
  AddElements add = {.table = kTable, .set = "many", .shape = kPlainAddresses, .elements = {}};
  for (std::uint32_t i = 0; i < 20000; ++i) {
    add.elements.push_back({.key = {10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}});
  }
  ASSERT_EQ(executor->Commit({.operations = {EnsureTable{kTable}, EnsureSet{kTable, "many", kPlainAddresses},
                                             std::move(add)}},
                             kFarAway),
            Outcome(Committed{}));
  const auto snapshot = executor->Read({.tables = {kTable}, .sets = {"many"}}, kFarAway);
  ASSERT_TRUE(snapshot) << snapshot.error().text;
  EXPECT_EQ(snapshot->tables.at(0).sets.at(0).elements.size(), 20000u);
}

TEST(SimExecutorTest, TwoExecutorsOfOneKernelSeeEachOther) {
  kernel_sim::Kernel kernel;
  const auto first = MakeSimExecutor(kernel, {.process = {.pid = 1, .name = "first"}});
  const auto second = MakeSimExecutor(kernel, {.process = {.pid = 2, .name = "second"}});
  ASSERT_EQ(first->Commit(kTransaction, kFarAway), Outcome(Committed{}));
  const auto snapshot = second->Read({.tables = {kTable}}, kFarAway);
  ASSERT_TRUE(snapshot);
  EXPECT_NE(snapshot->Find(kTable), nullptr);
}

}  // namespace
}  // namespace natplan
