// The probe on simulated kernels that lack one piece each, and on the running one.
#include "core/plan/probe.h"

#include <cerrno>
#include <chrono>
#include <string>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/sim/sim_executor.h"
#include "gtest/gtest.h"
#include "kernel_sim/kernel.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

constexpr ProbeAnswer kYes = {Presence::kYes, 0};
constexpr ProbeAnswer kNotAsked = {Presence::kUnknown, 0};
constexpr ProbeAnswer No(int errno_value) { return {Presence::kNo, errno_value}; }

constexpr ProbeAnswers kEverything = {kYes, kYes, kYes, kYes, kYes, kYes};

ProbeAnswers Probe(Executor& executor, Family family) {
  const Transaction probe = ProbeOf(family);
  return Interpret(probe, executor.Commit(probe, std::chrono::steady_clock::now() + std::chrono::seconds(5)));
}

kernel_sim::Profile Without(bool kernel_sim::Profile::* piece) {
  kernel_sim::Profile profile;
  profile.*piece = false;
  return profile;
}

ProbeAnswers Probe(const kernel_sim::Profile& profile, Family family, bool net_admin = true) {
  kernel_sim::Kernel kernel(profile);
  const auto executor = MakeSimExecutor(kernel, {.net_admin = net_admin});
  const ProbeAnswers answers = Probe(*executor, family);
  const auto after = executor->Read({.tables = {{family, "natplan.probe"}}}, TimePoint::max());
  if (after.has_value()) {
    EXPECT_EQ(*after, Snapshot{.generation = 1}) << "the probe left something behind";
  }
  return answers;
}

TEST(SimulatedProbeTest, AKernelWithEverythingHasEverything) {
  for (const Family family : {Family::kIp, Family::kIp6}) EXPECT_EQ(Probe({}, family), kEverything);
}

TEST(SimulatedProbeTest, WithoutCapNetAdminOnlyThePermissionIsAnsweredFor) {
  EXPECT_EQ(Probe({}, Family::kIp, false), ProbeAnswers{.permission = No(EPERM)});
}

TEST(SimulatedProbeTest, WithoutNfTables) {
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::nf_tables), Family::kIp),
            (ProbeAnswers{.nf_tables = No(EOPNOTSUPP), .permission = kYes}));
}

TEST(SimulatedProbeTest, AFamilyThatIsMissingSaysNothingOfTheOther) {
  const ProbeAnswers none = {.nf_tables = No(EOPNOTSUPP), .permission = kYes};
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::ip6_family), Family::kIp6), none);
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::ip6_family), Family::kIp), kEverything);
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::ip_family), Family::kIp), none);
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::ip_family), Family::kIp6), kEverything);
}

TEST(SimulatedProbeTest, WithoutNatTheFibIsStillAnsweredFor) {
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::nat), Family::kIp),
            (ProbeAnswers{kYes, kYes, No(ENOENT), kNotAsked, kYes, kNotAsked}));
}

TEST(SimulatedProbeTest, WithoutFib) {
  EXPECT_EQ(Probe(Without(&kernel_sim::Profile::fib), Family::kIp6),
            (ProbeAnswers{kYes, kYes, kYes, kYes, No(ENOENT), kYes}));
}

TEST(LiveProbeTest, TheRunningKernelAnswersAndKeepsNothing) {
  RunInNamespaceOrSkip([] {
    auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket.has_value());
    NetlinkExecutor executor(std::move(*socket));
    for (const Family family : {Family::kIp, Family::kIp6}) EXPECT_EQ(Probe(executor, family), kEverything);
    const auto after = executor.Read({.tables = {{Family::kIp, "natplan.probe"}}}, TimePoint::max());
    ASSERT_TRUE(after.has_value());
    EXPECT_EQ(*after, Snapshot{.generation = 1});
  });
}

TEST(LiveProbeTest, WithoutCapabilitiesThePermissionIsWhatIsMissing) {
  RunInNamespaceOrSkip([] {
    DropCapabilities();
    auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket.has_value());
    NetlinkExecutor executor(std::move(*socket));
    EXPECT_EQ(Probe(executor, Family::kIp), ProbeAnswers{.permission = No(EPERM)});
  });
}

}  // namespace
}  // namespace natplan::testing
