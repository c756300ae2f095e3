// The origin's transcript and listing, from the simulated kernel and from the running one, against files.
//
// To write the files anew, for review:
//   ./bazelw run //tests/golden:golden_test --run_under="env REWRITE_GOLDEN=1"
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "gtest/gtest.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"
#include "kernel_sim/listing/monitor.h"
#include "tests/contract/live_kernel.h"
#include "tests/golden/origin.h"
#include "tests/support/namespace.h"

namespace natplan::golden {
namespace {

const NatOptions kOrigin = {.table = "io.systemd.nat"};
constexpr std::uint32_t kNfTablesGroup = 7;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The file's text; writes it first if that is asked for.
std::string Golden(const std::string& name, const std::string& text) {
  const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("REWRITE_GOLDEN") != nullptr && workspace != nullptr) {
    std::ofstream(std::string(workspace) + "/tests/golden/" + name) << text;
    return text;
  }
  return ReadFile("tests/golden/" + name);
}

TEST(OriginsTranscript, ComesFromTheSimulatedKernelsNotifications) {
  kernel_sim::Kernel kernel;
  const std::uint32_t listener = kernel.Open({.process = {.pid = 2, .name = "nft"}}).value();
  ASSERT_TRUE(kernel.JoinGroup(listener, kNfTablesGroup));
  kernel_sim::Monitor monitor;
  std::string text;
  Nat nat(MakeSimExecutor(kernel), kOrigin);
  const std::string error = CarryOutOriginsOperations(nat, [&] {
    while (const auto datagram = kernel.Receive(listener)) {
      const auto lines = monitor.Feed(datagram->bytes);
      ASSERT_TRUE(lines) << lines.error();
      text += *lines;
    }
  });
  ASSERT_EQ(error, "");
  EXPECT_TRUE(text.ends_with("# new generation 8 by process 1 (natplan)\n")) << text;
  const std::string transcript = WithoutGenerations(text);
  EXPECT_EQ(transcript, Golden("origin_transcript.txt", transcript));
}

// To the notifications of nf_tables, in this network namespace.
bool AnyoneListens() {
  std::ifstream sockets("/proc/net/netlink");
  for (std::string line; std::getline(sockets, line);) {
    std::istringstream columns(line);
    std::string address;
    int protocol = 0;
    unsigned port = 0;
    unsigned groups = 0;
    columns >> address >> protocol >> port >> std::hex >> groups;
    if (protocol == NETLINK_NETFILTER && (groups & 1U << (kNfTablesGroup - 1)) != 0) return true;
  }
  return false;
}

bool Within(std::chrono::seconds time, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST(OriginsTranscript, ComesFromNftMonitorBesideTheRunningKernel) {
  testing::RunInNamespaceOrSkip([] {
    const std::string golden = ReadFile("tests/golden/origin_transcript.txt");
    const std::string output = ::testing::TempDir() + "/nft_monitor." + std::to_string(getpid());
    const pid_t monitor = fork();
    ASSERT_GE(monitor, 0);
    if (monitor == 0) {
      const int file = open(output.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
      dup2(file, STDOUT_FILENO);
      execlp("stdbuf", "stdbuf", "-oL", "nft", "monitor", static_cast<char*>(nullptr));
      _exit(127);
    }
    const auto seen = [&] { return WithoutGenerations(ReadFile(output)); };
    if (Within(std::chrono::seconds(10), AnyoneListens)) {
      auto nat = Nat::Open(kOrigin);
      const std::string error = nat ? CarryOutOriginsOperations(*nat, [] {}) : ToString(nat.error());
      EXPECT_EQ(error, "");
      (void)Within(std::chrono::seconds(10), [&] { return seen().size() >= golden.size(); });
    } else {
      ADD_FAILURE() << "nft monitor does not listen";
    }
    kill(monitor, SIGTERM);
    waitpid(monitor, nullptr, 0);
    EXPECT_EQ(seen(), golden);
    unlink(output.c_str());
  });
}

TEST(OriginsListing, ComesFromTheSimulatedKernel) {
  kernel_sim::Kernel kernel;
  Nat nat(MakeSimExecutor(kernel), kOrigin);
  ASSERT_EQ(FillOriginsTables(nat), "");
  const auto listing = kernel_sim::ListRuleset(kernel);
  ASSERT_TRUE(listing);
  EXPECT_EQ(*listing, Golden("origin_listing.txt", *listing));
}

TEST(OriginsListing, ComesFromNftBesideTheRunningKernel) {
  testing::RunInNamespaceOrSkip([] {
    auto nat = Nat::Open(kOrigin);
    ASSERT_TRUE(nat);
    ASSERT_EQ(FillOriginsTables(*nat), "");
    EXPECT_EQ(contract::OutputOf("nft list ruleset"), ReadFile("tests/golden/origin_listing.txt"));
  });
}

}  // namespace
}  // namespace natplan::golden
