// Following the running kernel, in a network namespace of its own.
#include <errno.h>
#include <sched.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/netlink/change_feed.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/plan/layout.h"
#include "core/text/nft_text.h"
#include "core/values/change.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan {
namespace {

using natplan::testing::DropCapabilities;
using natplan::testing::RunInNamespaceOrSkip;

const TableId kTable = {Family::kIp, "natplan"};
const TableId kOther = {Family::kIp, "other"};
// type ipv4_addr
const SetShape kAddresses = {.key_type = 7, .key_length = 4};

TimePoint InFiveSeconds() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

std::unique_ptr<ChangeFeed> Follow() {
  return std::make_unique<ChangeFeed>(LinuxSocket::Listen().value(), std::vector<TableId>{kTable});
}

std::unique_ptr<NetlinkExecutor> LiveExecutor() {
  auto socket = LinuxSocket::Open().value();
  const auto where = socket->network_namespace();
  return std::make_unique<NetlinkExecutor>(std::move(socket), 1,
                                           [where] { return LinuxSocket::ListenIn(where); });
}

void Nft(const std::string& command) { ASSERT_EQ(std::system(("nft '" + command + "'").c_str()), 0); }

// The next batch's lines, each with its newline.
std::string NextText(ChangeFeed& feed) {
  const auto batch = feed.Next();
  if (!batch) return "error " + std::to_string(batch.error());
  if (!*batch) return "nothing";
  EXPECT_TRUE((*batch)->whole);
  EXPECT_EQ((*batch)->process_name, "nft");
  std::string text;
  for (const Change& change : (*batch)->changes) {
    if (!change.operation) text += change.other + "\n";
    if (!change.operation) continue;
    for (const std::string& line : ToLines(*change.operation)) text += line + "\n";
  }
  return text;
}

TEST(ChangeFeedLiveTest, ChangesReadAsTheyWereMade) {
  RunInNamespaceOrSkip([] {
    const auto feed = Follow();
    EXPECT_GE(feed->descriptor(), 0);
    EXPECT_EQ(NextText(*feed), "nothing");
    const std::string table =
        "add table ip natplan { comment \"natplan layout 2\"; }\n"
        "add set ip natplan masq_saddr { type ipv4_addr; flags interval; }\n"
        "add set ip natplan owners { type ipv4_addr . inet_service . mark . mark . mark; }\n"
        "add map ip natplan m { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
        "add chain ip natplan c { type nat hook postrouting priority srcnat + 1; policy accept; }\n";
    Nft(table);
    EXPECT_EQ(NextText(*feed), table);
    EXPECT_EQ(NextText(*feed), "nothing");

    const std::string elements =
        "add element ip natplan masq_saddr { 10.0.0.0/8 }\n"
        "add element ip natplan owners { 10.0.0.0 . 8 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
        "\"default\" }\n"
        "add element ip natplan m { tcp . 80 comment \"web\" : 192.0.2.1 . 8080 }\n"
        "add rule ip natplan c oifname \"eth0\" masquerade comment \"web\"\n";
    Nft(elements);
    // The end at the bottom of the key space is nft's own.
    EXPECT_EQ(NextText(*feed), "add element ip natplan masq_saddr { interval end 0.0.0.0 }\n" + elements);

    const std::string deletes =
        "delete element ip natplan masq_saddr { 10.0.0.0/8 }\n"
        "delete element ip natplan m { tcp . 80 comment \"web\" : 192.0.2.1 . 8080 }\n";
    Nft(deletes);
    EXPECT_EQ(NextText(*feed), deletes);

    Nft("add table ip other; add table inet natplan");
    EXPECT_EQ(NextText(*feed), "");
    Nft("add table ip natplan { flags dormant; }");
    EXPECT_EQ(NextText(*feed), "add table ip natplan { flags dormant; }\n");
    Nft("add chain ip natplan free; add counter ip natplan seen");
    EXPECT_EQ(NextText(*feed), "add chain ip natplan free\nadd object ip natplan seen\n");
    Nft("delete table ip natplan");
    EXPECT_TRUE(NextText(*feed).ends_with("delete table ip natplan\n"));
  });
}

TEST(ChangeFeedLiveTest, ABatchNamesItsSocketItsProcessAndItsGeneration) {
  RunInNamespaceOrSkip([] {
    const auto feed = Follow();
    auto socket = LinuxSocket::Open().value();
    LinuxSocket* const seen = socket.get();
    NetlinkExecutor executor(std::move(socket));
    ASSERT_EQ(executor.Commit({.operations = {EnsureTable{kTable}}}, InFiveSeconds()), Outcome(Committed{}));
    ASSERT_TRUE(feed->Wait(InFiveSeconds()));
    const CommittedBatch batch = feed->Next().value().value();
    EXPECT_EQ(batch.generation, 2u);
    EXPECT_EQ(batch.port, seen->port());
    EXPECT_NE(batch.process, 0u);  // this process as the initial pid namespace numbers it
    std::string name;
    std::ifstream("/proc/self/comm") >> name;
    EXPECT_EQ(batch.process_name, name);
    ASSERT_EQ(batch.changes.size(), 1u);
    EXPECT_EQ(batch.changes[0].port, seen->port());
  });
}

void ExpectDrained(NetlinkExecutor& executor, std::uint32_t since, std::uint32_t generation, bool touched) {
  const Drained drained = executor.Drain({kTable}, since);
  EXPECT_TRUE(drained.complete);
  EXPECT_EQ(drained.generation, generation);
  EXPECT_EQ(drained.touched(), touched);
}

void Commit(NetlinkExecutor& executor, std::vector<Operation> operations) {
  ASSERT_EQ(executor.Commit({.operations = std::move(operations)}, InFiveSeconds()), Outcome(Committed{}));
}

TEST(DrainLiveTest, TellsTheCommitsOfOthersFromOnesOwn) {
  RunInNamespaceOrSkip([] {
    const auto ours = LiveExecutor();
    const auto others = LiveExecutor();
    ExpectDrained(*ours, 1, 1, false);
    Commit(*ours, {EnsureTable{kTable}, EnsureSet{kTable, "s", kAddresses}});
    ExpectDrained(*ours, 1, 2, false);
    Commit(*others, {EnsureTable{kOther}});
    ExpectDrained(*ours, 2, 3, false);
    Commit(*others, {AddElements{kTable, "s", kAddresses, true, {{.key = {1, 2, 3, 4}}}}});
    ExpectDrained(*ours, 3, 4, true);
    ExpectDrained(*ours, 4, 4, false);
    Commit(*others, {DeleteTable{kTable}});
    ExpectDrained(*ours, 4, 5, true);
    // Nobody committed since the other one's first look.
    ExpectDrained(*others, 5, 5, false);
    EXPECT_FALSE(LiveExecutor()->Drain({kTable}, 4).complete);
  });
}

TEST(DrainLiveTest, TellsElementsInWordsOnceTheirSetWasRead) {
  RunInNamespaceOrSkip([] {
    const auto ours = LiveExecutor();
    const auto others = LiveExecutor();
    ExpectDrained(*ours, 1, 1, false);
    const SetShape shape = MasqueradeShape(Family::kIp);
    Commit(*others, {EnsureTable{kTable}, EnsureSet{kTable, "s", shape}});
    ExpectDrained(*ours, 1, 2, true);
    ASSERT_TRUE(ours->Read({.tables = {kTable}, .sets = {"s"}}, InFiveSeconds()));
    const std::vector<Element> elements = {ToElement(Prefix::Parse("10.0.0.0/16").value()),
                                           ToElement(Prefix::Parse("10.1.0.0/16").value())};
    Commit(*others, {AddElements{kTable, "s", shape, true, elements}});
    Commit(*others, {DeleteElements{kTable, "s", shape, {elements[0]}}});
    const Drained drained = ours->Drain({kTable}, 2);
    ASSERT_TRUE(drained.changes);
    ASSERT_EQ(drained.changes->size(), 2u);
    EXPECT_EQ(drained.changes->at(0).operation, Operation(AddElements{kTable, "s", shape, false, elements}));
    EXPECT_EQ(drained.changes->at(1).operation, Operation(DeleteElements{kTable, "s", shape, {elements[0]}}));
  });
}

TEST(DrainLiveTest, ACommitThatDoesNotFitIntoTheBufferIsALoss) {
  RunInNamespaceOrSkip([] {
    const auto ours = LiveExecutor();
    const auto others = LiveExecutor();
    ExpectDrained(*ours, 1, 1, false);
    // Each element is announced in a message of its own and counts 126 bytes, and the buffer has 2 MiB.
    AddElements many = {kOther, "s", kAddresses, true, {}};
    for (std::uint32_t i = 0; i < 60'000; ++i) {
      many.elements.push_back({.key = {10, static_cast<std::uint8_t>(i >> 16),
                                       static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}});
    }
    const std::size_t step = 20'000;  // as much as goes into one message of an unprivileged socket
    Commit(*others, {EnsureTable{kOther}, EnsureSet{kOther, "s", kAddresses}});
    std::uint32_t generation = 2;
    for (std::size_t at = 0; at < many.elements.size(); at += step) {
      AddElements part = {kOther, "s", kAddresses, true, {}};
      part.elements.assign(many.elements.begin() + static_cast<std::ptrdiff_t>(at),
                           many.elements.begin() + static_cast<std::ptrdiff_t>(at + step));
      Commit(*others, {part});
      ++generation;
    }
    EXPECT_FALSE(ours->Drain({kTable}, 1).complete);
    ExpectDrained(*ours, generation, generation, false);
    Commit(*others, {EnsureTable{kTable}});
    ExpectDrained(*ours, generation, generation + 1, true);
  });
}

TEST(ListenLiveTest, NobodyListensInAnotherNetworkNamespace) {
  RunInNamespaceOrSkip([] {
    auto socket = LinuxSocket::Open().value();
    const auto where = socket->network_namespace();
    if (!where) GTEST_SKIP() << "SKIPPED[no-netns-cookie]: this kernel has no SO_NETNS_COOKIE";
    EXPECT_TRUE(LinuxSocket::ListenIn(where));
    EXPECT_FALSE(LinuxSocket::ListenIn(std::nullopt));
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    const auto elsewhere = LinuxSocket::ListenIn(where);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code, ErrorCode::kNotSupported);
    NetlinkExecutor executor(std::move(socket), 1, [where] { return LinuxSocket::ListenIn(where); });
    EXPECT_FALSE(executor.Drain({kTable}, 1).complete);
  });
}

TEST(ListenLiveTest, WithoutTheCapabilityNobodyListens) {
  RunInNamespaceOrSkip([] {
    DropCapabilities();
    const auto socket = LinuxSocket::Listen();
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, ErrorCode::kNotPermitted);
  });
}

}  // namespace
}  // namespace natplan
