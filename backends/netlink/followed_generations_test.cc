#include "backends/netlink/followed_generations.h"

#include "gtest/gtest.h"

namespace natplan {
namespace {

constexpr std::uint32_t kOwnPort = 1;
constexpr std::uint32_t kOtherPort = 2;

CommittedBatch Elsewhere(std::uint32_t generation) { return {.generation = generation, .port = kOtherPort}; }
CommittedBatch Here(std::uint32_t generation, std::uint32_t port) {
  return {.generation = generation, .port = port, .changes = {{.other = "a change"}}};
}
Drained Complete(std::uint32_t generation, bool touched = false) {
  return {.complete = true, .generation = generation, .touched = touched};
}

// Drained has no operator==.
void ExpectEqual(const Drained& actual, const Drained& expected) {
  EXPECT_EQ(actual.complete, expected.complete);
  EXPECT_EQ(actual.generation, expected.generation);
  EXPECT_EQ(actual.touched, expected.touched);
}

TEST(FollowedGenerationsTest, NothingIsKnownBeforeItBegins) {
  FollowedGenerations followed;
  followed.Add(Elsewhere(5), kOwnPort);
  ExpectEqual(followed.Since(4), {});
}

TEST(FollowedGenerationsTest, WithoutACommitThereIsNothingToKnow) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectEqual(followed.Since(4), Complete(4));
}

TEST(FollowedGenerationsTest, WhatWasCommittedBeforeItBeganIsNotKnown) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectEqual(followed.Since(3), {});
  ExpectEqual(followed.Since(4), Complete(4));
}

TEST(FollowedGenerationsTest, CommitsWithoutAGapAreKnown) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Elsewhere(5), kOwnPort);
  followed.Add(Here(6, kOwnPort), kOwnPort);
  ExpectEqual(followed.Since(4), Complete(6));
}

TEST(FollowedGenerationsTest, AChangeOfAnotherSocketTouches) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  followed.Add(Elsewhere(6), kOwnPort);
  ExpectEqual(followed.Since(4), Complete(6, true));
  // Whoever asks again before a reading succeeded is told again.
  ExpectEqual(followed.Since(4), Complete(6, true));
  ExpectEqual(followed.Since(5), Complete(6));
}

TEST(FollowedGenerationsTest, ChangesThatWereOnlyCountedTouch) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add({.generation = 5, .port = kOtherPort, .omitted = 1}, kOwnPort);
  ExpectEqual(followed.Since(4), Complete(5, true));
}

TEST(FollowedGenerationsTest, AGapEndsTheFollowing) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Elsewhere(6), kOwnPort);
  EXPECT_FALSE(followed.following());
  ExpectEqual(followed.Since(4), {});
  followed.Add(Elsewhere(7), kOwnPort);
  ExpectEqual(followed.Since(6), {});
}

TEST(FollowedGenerationsTest, ABatchThatWasNotUnderstoodEndsTheFollowing) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add({.generation = 5, .port = kOwnPort, .whole = false}, kOwnPort);
  ExpectEqual(followed.Since(4), {});
}

TEST(FollowedGenerationsTest, WhatIsToldLateOfACommitBeforeTheBeginningIsPassedOver) {
  FollowedGenerations followed;
  followed.Begin(4);
  // Its first messages came before the socket joined.
  followed.Add({.generation = 4, .port = kOtherPort, .changes = {{.other = "a change"}}, .whole = false},
               kOwnPort);
  ExpectEqual(followed.Since(4), Complete(4));
}

TEST(FollowedGenerationsTest, AReadingMayShowACommitBeforeItIsTold) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectEqual(followed.Since(5), Complete(5));
  followed.Add(Here(5, kOtherPort), kOwnPort);
  ExpectEqual(followed.Since(5), Complete(5));
  followed.Add(Here(6, kOtherPort), kOwnPort);
  ExpectEqual(followed.Since(5), Complete(6, true));
}

TEST(FollowedGenerationsTest, AfterALossItBeginsAgain) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  followed.Lose();
  ExpectEqual(followed.Since(5), {});
  followed.Begin(9);
  ExpectEqual(followed.Since(8), {});
  ExpectEqual(followed.Since(9), Complete(9));
}

TEST(FollowedGenerationsTest, TheCounterWrapsAndPassesOverZero) {
  FollowedGenerations followed;
  followed.Begin(UINT32_MAX - 1);
  followed.Add(Elsewhere(UINT32_MAX), kOwnPort);
  followed.Add(Here(1, kOtherPort), kOwnPort);
  ExpectEqual(followed.Since(UINT32_MAX), Complete(1, true));
  ExpectEqual(followed.Since(1), Complete(1));
}

}  // namespace
}  // namespace natplan
