// What other processes commit to the shared table while a call is under way is followed without reading it
// again, where it is about elements alone.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/plan/test_tables.h"
#include "tests/model/test_owners.h"

namespace natplan {
namespace {

class ReconcilerChangesTest : public OwnersTest {
 protected:
  // a and b hold a prefix each, and a has a picture of the kernel that is older than b's last change.
  void SetUp() override {
    ASSERT_TRUE(b_.Adds({Mask(w().other)}));
    ASSERT_TRUE(a_.Adds({Mask(w().middle)}));
  }
  Element Range(const char* prefix) const { return ToElement(Prefix::Parse(prefix).value()); }
  Operation AddRange(const char* prefix) const {
    return AddElements{id(), kMasqueradeSet, MasqueradeShape(w().family), true, {Range(prefix)}};
  }
  Operation DeleteRange(const char* prefix) const {
    return DeleteElements{id(), kMasqueradeSet, MasqueradeShape(w().family), {Range(prefix)}};
  }
  Element EntryOf(int port, const char* to, const char* owner) const {
    return ToElement(MapEntry{HostPort{w().family, Protocol::kTcp, Port::Make(port).value()},
                              Endpoint::Parse(to).value(), owner});
  }
  Operation AddPort(int port) const {
    return AddElements{
        id(), kForwardMap, ForwardShape(w().family), true, {EntryOf(port, w().other_target, "b")}};
  }
  Operation DeletePort(int port) const {
    return DeleteElements{id(), kForwardMap, ForwardShape(w().family), {EntryOf(port, w().target, "a")}};
  }
  // The last call noticed that somebody had committed in between, and read nothing.
  void ExpectFollowed(const Result& result) {
    ASSERT_TRUE(result) << ToString(result.error());
    EXPECT_GT(result->retries, 0);
    EXPECT_EQ(a_.reads(), 0);
    EXPECT_EQ(result->generation, kernel_.state().generation);
  }
};

TEST_P(ReconcilerChangesTest, AnotherOwnersIntentsCostARetryAndNoReading) {
  ASSERT_TRUE(b_.Adds({Mask(w().wide), To(81, w().other_target)}));
  ASSERT_TRUE(b_.Removes({Mask(w().other)}));
  ExpectFollowed(a_.Adds({Mask(w().narrow), To(80, w().target)}));
  const std::set<std::string> want = {
      Set(w().wide),
      Wants("b", w().wide),
      Wants("a", w().middle),
      Wants("a", w().narrow),
      Port80("a", w().target),
      "b forwards " + std::string(Name(w().family)) + " tcp port 81 to " + w().other_target};
  EXPECT_EQ(Contents(kernel_), want);
  // And the other way round, from what each of them knows now.
  ASSERT_TRUE(b_.Removes({Mask(w().wide), To(81, w().other_target)}));
  ExpectFollowed(a_.Removes({Mask(w().narrow), To(80, w().target)}));
  EXPECT_EQ(Contents(kernel_), (std::set<std::string>{Set(w().middle), Wants("a", w().middle)}));
}

TEST_P(ReconcilerChangesTest, ManyCommitsInARowAreFollowed) {
  for (int port = 1000; port < 1050; ++port) {
    int times = 3;
    const std::function<void()> event = [&] {
      ASSERT_TRUE(times % 2 == 1 ? b_.Adds({To(port, w().other_target)})
                                 : b_.Removes({To(port, w().other_target)}));
      if (--times > 0) a_.BeforeCommit(event);
    };
    a_.BeforeCommit(event);
    const Result result = a_.Adds({To(port + 1000, w().target)});
    ExpectFollowed(result);
    EXPECT_EQ(result->retries, 3);
  }
  EXPECT_EQ(Contents(kernel_).size(), 4U + 2 * 50U);
}

TEST_P(ReconcilerChangesTest, WhatSomebodyTookFromUsComesBackWithoutReading) {
  const std::set<std::string> before = Contents(kernel_);
  ASSERT_TRUE(kernel_.Foreign({DeleteRange(w().middle)}));
  ExpectFollowed(a_.Adds({To(80, w().target)}));
  EXPECT_TRUE(Contents(kernel_).contains(Set(w().middle)));
  ASSERT_TRUE(a_.Removes({To(80, w().target)}));
  EXPECT_EQ(Contents(kernel_), before);
}

TEST_P(ReconcilerChangesTest, APortThatSomebodyTookInBetweenIsAConflictAndNothingChanges) {
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));
  const std::set<std::string> before = Contents(kernel_);
  const Result result = a_.Adds({To(80, w().target), Mask(w().narrow)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Contents(kernel_), before);
}

TEST_P(ReconcilerChangesTest, AForeignRangeInTheWayIsAConflictAndNothingChanges) {
  a_.BeforeCommit([&] { ASSERT_TRUE(kernel_.Foreign({DeleteRange(w().other), AddRange(w().other)})); });
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  EXPECT_EQ(a_.reads(), 0);
  ASSERT_TRUE(kernel_.Foreign({DeleteRange(w().middle), AddRange(w().narrow)}));
  const std::set<std::string> before = Contents(kernel_);
  const Result result = a_.Adds({Mask(w().wide)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Contents(kernel_), before);
}

TEST_P(ReconcilerChangesTest, WhatSomebodyPutBesideOursIsSaidWithoutReading) {
  a_.BeforeCommit([&] {
    ASSERT_TRUE(kernel_.Foreign(
        {AddRange(w().wide == std::string("10.0.0.0/8") ? "192.168.0.0/16" : "fe00::/16"),
         AddElements{
             id(), kForwardMap, ForwardShape(w().family), true, {EntryOf(81, w().other_target, "")}}}));
  });
  const Result result = a_.Adds({To(80, w().target)});
  ExpectFollowed(result);
  EXPECT_EQ(result->foreign.size(), 2U);
}

TEST_P(ReconcilerChangesTest, WhoHeldMyPortForAWhileGivesItBackWithoutReading) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  // Somebody flushes, b is quicker, and a is told that its port is lost.
  kernel_.FlushRuleset();
  ASSERT_TRUE(b_.Adds({To(80, w().other_target)}));
  Result result = a_.Adds({Mask(w().narrow)});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->lost.size(), 1U);
  a_.BeforeCommit([&] { ASSERT_TRUE(b_.Removes({To(80, w().other_target)})); });
  result = a_.Removes({Mask(w().narrow)});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->lost.empty());
  EXPECT_TRUE(Contents(kernel_).contains(Port80("a", w().target)));
}

TEST_P(ReconcilerChangesTest, ChangesOfSkeletonsAndRulesAreReadAgain) {
  const std::vector<Operation> flush = {FlushChain{id(), "postrouting"}};
  ASSERT_TRUE(kernel_.Foreign(flush));
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  EXPECT_EQ(a_.reads(), 1);
  ASSERT_TRUE(b_.Adds({MaskOut(w().wide, "eth0")}));
  ASSERT_TRUE(a_.Removes({To(80, w().target)}));
  EXPECT_EQ(a_.reads(), 1);
}

TEST_P(ReconcilerChangesTest, ARepairThatIsUnderWayIsNotForgottenForAnElementInBetween) {
  ASSERT_TRUE(kernel_.Foreign({FlushChain{id(), "postrouting"}}));
  a_.BeforeCommit([&] {  // the first transaction knows nothing of the flush, and is refused
    a_.BeforeCommit([&] { ASSERT_TRUE(kernel_.Foreign({AddPort(81)})); });
  });
  const Result result = a_.Adds({To(80, w().target)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 2);
  EXPECT_EQ(FindChain(Table(), "postrouting")->rules.size(), 2U) << Listing();
}

TEST_P(ReconcilerChangesTest, ARuleThatIsUnderWayNeedsOneReadingWhateverElementsComeBetween) {
  int times = 5;
  const std::function<void()> event = [&] {
    ASSERT_TRUE(b_.Adds({To(1000 + times, w().other_target)}));
    if (--times > 0) a_.BeforeCommit(event);
  };
  a_.BeforeCommit(event);
  const Result result = a_.Adds({MaskOut(w().wide, "eth0"), LocalTo(80, w().target)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 5);
  EXPECT_EQ(a_.reads(), 1);
  EXPECT_EQ(a_.sent().size(), 6U);
  EXPECT_TRUE(a_.Plans({}).value().transaction.operations.empty()) << "everything is in place";
}

TEST_P(ReconcilerChangesTest, TheMapOfLocalhostGoesAtOnceWhateverElementsComeBetween) {
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  a_.BeforeCommit([&] { ASSERT_TRUE(b_.Adds({To(81, w().other_target)})); });
  const Result result = a_.Removes({LocalTo(80, w().target)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->retries, 1);
  EXPECT_EQ(a_.reads(), 1);
  EXPECT_EQ(a_.sent().size(), 2U);
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr) << Listing();
}

TEST_P(ReconcilerChangesTest, WhatServesALostForwardOfLocalhostIsNotMade) {
  a_.BeforeCommit([&] { ASSERT_TRUE(kernel_.Foreign({AddPort(80)})); });
  ASSERT_FALSE(a_.Adds({LocalTo(80, w().target)}));
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr) << Listing();
  // One that was held for longer, and comes back after a flush.
  ASSERT_TRUE(b_.Adds({To(81, w().other_target)}));
  ASSERT_TRUE(a_.Adds({LocalTo(90, w().target)}));
  kernel_.FlushRuleset();
  ASSERT_TRUE(b_.Adds({Mask(w().wide)}));
  a_.BeforeCommit([&] { a_.BeforeCommit([&] { ASSERT_TRUE(kernel_.Foreign({AddPort(90)})); }); });
  const Result result = a_.Adds({Mask(w().narrow)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr) << Listing();
}

TEST_P(ReconcilerChangesTest, WithTheLastForwardOfLocalhostGoesWhatServesIt) {
  ASSERT_TRUE(a_.Adds({LocalTo(80, w().target)}));
  a_.BeforeCommit([&] {
    // Somebody takes a's port away, and b is there first.
    ASSERT_TRUE(kernel_.Foreign({DeletePort(80)}));
    ASSERT_TRUE(kernel_.Foreign({AddPort(80)}));
  });
  const Result result = a_.Adds({Mask(w().narrow)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lost.size(), 1U);
  EXPECT_EQ(FindSet(Table(), kLocalhostMap), nullptr) << Listing();
}

TEST_P(ReconcilerChangesTest, APortThatWasLostIsSaidAtEachCall) {
  ASSERT_TRUE(a_.Adds({To(80, w().target)}));
  a_.BeforeCommit([&] {
    ASSERT_TRUE(kernel_.Foreign({DeletePort(80)}));
    ASSERT_TRUE(kernel_.Foreign({AddPort(80)}));
  });
  Result result = a_.Adds({Mask(w().narrow)});
  ExpectFollowed(result);
  EXPECT_EQ(result->lost.size(), 1U);
  result = a_.Removes({Mask(w().narrow)});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lost.size(), 1U);
}

TEST_P(ReconcilerChangesTest, WhoMayRemoveEverythingLooksAtEverything) {
  const Words& there = w().family == Family::kIp ? kIp6Words : kIpWords;
  ASSERT_TRUE(b_.Adds({Mask(there.other)}));
  TestContext c(kernel_, "c", Scope::kExclusive);
  ASSERT_TRUE(c.Adds({Mask(w().wide)}));
  ASSERT_TRUE(b_.Adds({Mask(there.wide)}));
  ASSERT_TRUE(c.Adds({Mask(w().narrow)}));
  EXPECT_EQ(Contents(kernel_),
            (std::set<std::string>{Set(w().wide), Wants("c", w().wide), Wants("c", w().narrow)}));
}

TEST_P(ReconcilerChangesTest, AnOwnerWhoseNameHasTheHashOfOursIsAnError) {
  TestContext c(kernel_, kSameHash[0]);
  ASSERT_TRUE(c.Adds({To(80, w().target)}));  // which leaves nothing in the ledger
  ASSERT_TRUE(kernel_.Foreign(
      {AddElements{id(), kOwnersSet, OwnersShape(w().family), true, {Recorded(w().other, kSameHash[1])}}}));
  const std::set<std::string> before = Contents(kernel_);
  const Result result = c.Adds({To(81, w().target)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Contents(kernel_), before);
}

INSTANTIATE_TEST_SUITE_P(Families, ReconcilerChangesTest, testing::Values(kIpWords, kIp6Words),
                         [](const auto& words) { return std::string(Name(words.param.family)); });

}  // namespace
}  // namespace natplan
