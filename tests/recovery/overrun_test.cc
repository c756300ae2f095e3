// A watch that could not read while more was committed than its socket holds.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/recovery/scene.h"
#include "tests/stress/child.h"
#include "tests/stress/neighbours.h"
#include "tests/stress/shared_memory.h"
#include "tests/support/namespace.h"

namespace natplan::recovery {
namespace {

// NETLINK_NETFILTER, and the mask of NFNLGRP_NFTABLES.
constexpr int kProtocol = 12;
constexpr const char* kGroups = "00000040";

// How much was not delivered to the socket that listens to nf_tables: the only one in the network namespace.
std::uint64_t Drops() {
  std::ifstream sockets("/proc/net/netlink");
  std::string line;
  std::getline(sockets, line);  // the head
  while (std::getline(sockets, line)) {
    std::istringstream columns(line);
    std::string address, port, groups, dump;
    int protocol = 0;
    std::uint64_t received = 0, sent = 0, locks = 0, drops = 0;
    columns >> address >> protocol >> port >> groups >> received >> sent >> dump >> locks >> drops;
    if (protocol == kProtocol && groups == kGroups) return drops;
  }
  ADD_FAILURE() << "nobody listens";
  return 0;
}

// Another program commits to a table of its own until the listening socket overruns. False: not within 20 s.
bool Overrun() {
  const stress::SharedMemory<std::atomic<std::uint64_t>> commits;
  const pid_t neighbour =
      stress::StartChild([&]() -> bool { stress::CommitForEver(*commits, std::chrono::microseconds(0)); });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Drops() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stress::Kill(neighbour);
  return Drops() > 0;
}

class OverrunTest : public ::testing::TestWithParam<bool> {};

TEST_P(OverrunTest, AWatchThatLostNotificationsSaysSoAndLooksAtEverything) {
  testing::RunInNamespaceOrSkip([] {
    const bool restore = GetParam();
    Scene scene("natplan add masquerade 10.9.0.0/24 --owner b");
    Watch watch(restore);
    watch.Meanwhile([&] {
      scene.Change({.commands = {"nft 'delete element ip natplan masq_saddr { 10.2.0.0/16 }'"}});
      EXPECT_TRUE(Overrun());
    });
    // Who deleted the element was among what was lost.
    watch.Prints(std::string("problem: notifications of the kernel were lost; looking at everything\n") +
                 (restore ? "restored" : "differs") +
                 ": add element ip natplan masq_saddr { 10.2.0.0/16 }\n");
    EXPECT_EQ(testing::Sh(std::string("natplan check ") + kFile).exit_code, restore ? 0 : 1);
    scene.Change({.commands = {"nft add chain ip6 natplan another"}});
    watch.Prints("changed by nft: add chain ip6 natplan another\nforeign: chain ip6 natplan another\n");
    watch.Terminate();
  });
}

INSTANTIATE_TEST_SUITE_P(All, OverrunTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Restores" : "Reports"; });

}  // namespace
}  // namespace natplan::recovery
