#include "backends/nat_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <utility>

#include "backends/sim/sim_executor.h"
#include "backends/sim/sim_socket.h"
#include "core/plan/layout.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Owner Named(const char* name) { return Owner::Make(name).value(); }
Masquerade Mask(const char* prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }
Forward To(int port, const char* target) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(target).value()};
}
const TableId kTable{Family::kIp, kDefaultTable};

auto Event(WatchEvent event, const std::string& part) {
  return AllOf(Field(&WatchLine::event, event), Field(&WatchLine::text, HasSubstr(part)));
}

// Watches, and another program, over the simulated kernel.
class NatWatchTest : public testing::Test {
 protected:
  NatWatch Open(const char* owner, std::vector<Intent> intents, WatchPolicy policy = WatchPolicy::kRestore) {
    return NatWatch(std::make_unique<SimSocket>(kernel_), SimSocket::Listen(kernel_).value(),
                    {.owner = Named(owner), .jitter_seed = 1}, std::move(intents), policy);
  }
  // Polls until there is nothing to do without something new.
  static std::vector<WatchLine> Settle(NatWatch& watch) {
    std::vector<WatchLine> lines;
    for (;;) {
      NatWatch::Heard heard = watch.Poll();
      EXPECT_FALSE(heard.stopped) << ToString(*heard.stopped);
      lines.insert(lines.end(), heard.lines.begin(), heard.lines.end());
      if (!watch.wake_time()) return lines;
      std::this_thread::sleep_until(*watch.wake_time());
    }
  }
  // What `nft` does.
  void Foreign(std::vector<Operation> operations) {
    const Outcome outcome = foreign_->Commit({.operations = std::move(operations)},
                                             std::chrono::steady_clock::now() + std::chrono::seconds(5));
    ASSERT_TRUE(std::holds_alternative<Committed>(outcome));
  }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }

  kernel_sim::Kernel kernel_;
  std::unique_ptr<Executor> foreign_ = MakeSimExecutor(kernel_, {.process = {.pid = 4711, .name = "nft"}});
};

TEST_F(NatWatchTest, AppliesAtItsStartAndPutsAFlushRightAndSaysWhoItWas) {
  NatWatch watch = Open("a", {Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")});
  EXPECT_THAT(Settle(watch), Contains(Event(WatchEvent::kRestored, "add table ip natplan")));
  const std::string whole = Listing();
  EXPECT_THAT(whole, HasSubstr("10.0.0.0/8"));

  Foreign({DeleteTable{kTable}});
  const std::vector<WatchLine> lines = Settle(watch);
  EXPECT_THAT(lines, Contains(AllOf(Event(WatchEvent::kChanged, "delete table ip natplan"),
                                    Field(&WatchLine::who, "nft (pid 4711)"))));
  EXPECT_THAT(lines, Contains(Event(WatchEvent::kRestored, "10.0.0.0/8")));
  EXPECT_EQ(Listing(), whole);
  EXPECT_THAT(Settle(watch), IsEmpty());
}

TEST_F(NatWatchTest, OfADeletedRuleItSaysWhatItSaid) {
  const Masquerade by_interface =
      Masquerade::Make(Prefix::Parse("10.0.0.0/8").value(), InterfaceName::Make("eth0").value()).value();
  NatWatch watch = Open("a", {by_interface});
  (void)Settle(watch);
  Foreign({FlushChain{kTable, "postrouting"}});
  EXPECT_THAT(
      Settle(watch),
      Contains(AllOf(Event(WatchEvent::kChanged, "delete rule ip natplan postrouting handle "),
                     Event(WatchEvent::kChanged,
                           "  # ip saddr 10.0.0.0/8 oifname \"eth0\" fib saddr type != local fib daddr "
                           "type != broadcast fib daddr type != multicast masquerade comment \"a\""))));
}

TEST_F(NatWatchTest, ReportChangesNothing) {
  NatWatch watch = Open("a", {Mask("10.0.0.0/8")}, WatchPolicy::kReport);
  EXPECT_THAT(Settle(watch), Contains(Event(WatchEvent::kDiffers, "add table ip natplan")));
  EXPECT_EQ(Listing(), "");
}

TEST_F(NatWatchTest, WhatAnotherNatplanDoesIsNobodysBusiness) {
  NatWatch watch = Open("a", {Mask("10.0.0.0/8")});
  (void)Settle(watch);
  Nat other(MakeSimExecutor(kernel_), {.owner = Named("b")});
  ASSERT_TRUE(other.AddMasquerade(Mask("10.1.0.0/16")));
  ASSERT_TRUE(other.AddForward(To(80, "10.0.0.2:80")));
  const std::string whole = Listing();
  EXPECT_THAT(Settle(watch), IsEmpty());
  EXPECT_EQ(Listing(), whole);
}

TEST_F(NatWatchTest, AnElementThatNobodyOwnsIsSaidAndLeft) {
  NatWatch watch = Open("a", {Mask("10.0.0.0/8")});
  (void)Settle(watch);
  Foreign({AddElements{kTable,
                       kMasqueradeSet,
                       MasqueradeShape(Family::kIp),
                       false,
                       {ToElement(Prefix::Parse("192.0.2.0/24").value())}}});
  const std::string whole = Listing();
  EXPECT_THAT(Settle(watch),
              ElementsAre(Event(WatchEvent::kChanged, "add element ip natplan masq_saddr { 192.0.2.0/24 }"),
                          Event(WatchEvent::kForeign, "192.0.2.0/24")));
  EXPECT_EQ(Listing(), whole);
}

TEST_F(NatWatchTest, OfTwoWithConflictingWishesTheHolderKeepsThePort) {
  NatWatch first = Open("a", {To(80, "10.0.0.2:80")});
  (void)Settle(first);
  NatWatch second = Open("b", {To(80, "10.0.0.3:80"), To(81, "10.0.0.3:81")});
  EXPECT_THAT(Settle(second), AllOf(Contains(Event(WatchEvent::kLost, "owner \"a\"")),
                                    Contains(Event(WatchEvent::kRestored, "tcp . 81"))));
  EXPECT_THAT(Settle(first), IsEmpty());
  // Said once, however often both are flushed.
  Foreign({DeleteTable{kTable}});
  EXPECT_THAT(Settle(first), Contains(Event(WatchEvent::kRestored, "tcp . 80")));
  EXPECT_THAT(Settle(second), Not(Contains(Field(&WatchLine::event, WatchEvent::kLost))));
  EXPECT_THAT(Settle(first), Not(Contains(Field(&WatchLine::event, WatchEvent::kLost))));
  EXPECT_THAT(Listing(), HasSubstr("tcp . 80 comment \"a\" : 10.0.0.2 . 80"));
  // Once the holder gives it up, the other has it.
  Nat holder(MakeSimExecutor(kernel_), {.owner = Named("a")});
  ASSERT_TRUE(holder.Apply({}));
  EXPECT_THAT(Settle(second), Contains(Event(WatchEvent::kRegained, "")));
  EXPECT_THAT(Listing(), HasSubstr("tcp . 80 comment \"b\" : 10.0.0.3 . 80"));
}

TEST_F(NatWatchTest, ItsDescriptorIsReadableWhenThereIsSomethingToDo) {
  NatWatch watch = Open("a", {Mask("10.0.0.0/8")});
  const int descriptor = watch.descriptor().value();
  pollfd waited{descriptor, POLLIN, 0};
  EXPECT_EQ(poll(&waited, 1, 1000), 1) << "the first look is due";
  (void)Settle(watch);
  EXPECT_EQ(poll(&waited, 1, 0), 0);
}

}  // namespace
}  // namespace natplan
