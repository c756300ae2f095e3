#include "backends/netlink/followed_generations.h"

#include <string>

#include "gtest/gtest.h"

namespace natplan {
namespace {

constexpr std::uint32_t kOwnPort = 1;
constexpr std::uint32_t kOtherPort = 2;

CommittedBatch Elsewhere(std::uint32_t generation) { return {.generation = generation, .port = kOtherPort}; }
CommittedBatch Here(std::uint32_t generation, std::uint32_t port) {
  return {.generation = generation, .port = port, .changes = {{.other = "a change"}}};
}
// `changes`: how many changes of others it tells of; -1: that something changed, and not what.
void ExpectKnown(const Drained& drained, std::uint32_t generation, int changes = 0) {
  EXPECT_TRUE(drained.complete);
  EXPECT_EQ(drained.generation, generation);
  EXPECT_EQ(drained.changes ? static_cast<int>(drained.changes->size()) : -1, changes);
  EXPECT_EQ(drained.touched(), changes != 0);
}
void ExpectUnknown(const Drained& drained) {
  EXPECT_FALSE(drained.complete);
  EXPECT_TRUE(drained.touched());
}

TEST(FollowedGenerationsTest, NothingIsKnownBeforeItBegins) {
  FollowedGenerations followed;
  followed.Add(Elsewhere(5), kOwnPort);
  ExpectUnknown(followed.Since(4));
}

TEST(FollowedGenerationsTest, WithoutACommitThereIsNothingToKnow) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectKnown(followed.Since(4), 4);
}

TEST(FollowedGenerationsTest, WhatWasCommittedBeforeItBeganIsNotKnown) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectUnknown(followed.Since(3));
  ExpectKnown(followed.Since(4), 4);
}

TEST(FollowedGenerationsTest, CommitsWithoutAGapAreKnown) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Elsewhere(5), kOwnPort);
  followed.Add(Here(6, kOwnPort), kOwnPort);
  ExpectKnown(followed.Since(4), 6);
}

TEST(FollowedGenerationsTest, AChangeOfAnotherSocketTouches) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  followed.Add(Elsewhere(6), kOwnPort);
  ExpectKnown(followed.Since(4), 6, 1);
  // Whoever asks again before a reading succeeded is told again.
  ExpectKnown(followed.Since(4), 6, 1);
  ExpectKnown(followed.Since(5), 6);
}

TEST(FollowedGenerationsTest, ChangesComeInTheirOrderAndWithoutOwnOnes) {
  FollowedGenerations followed;
  followed.Begin(4);
  for (std::uint32_t generation = 5; generation < 9; ++generation) {
    followed.Add({.generation = generation,
                  .port = generation == 6 ? kOwnPort : kOtherPort,
                  .changes = {{.other = std::to_string(generation)}, {.other = "more"}}},
                 kOwnPort);
  }
  const Drained drained = followed.Since(5);
  ASSERT_TRUE(drained.changes);
  ASSERT_EQ(drained.changes->size(), 4U);
  EXPECT_EQ(drained.changes->at(0).other, "7");
  EXPECT_EQ(drained.changes->at(1).other, "more");
  EXPECT_EQ(drained.changes->at(2).other, "8");
}

TEST(FollowedGenerationsTest, OfChangesThatWereOnlyCountedNothingIsTold) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  followed.Add({.generation = 6, .port = kOtherPort, .changes = {{.other = "a change"}}, .omitted = 1},
               kOwnPort);
  followed.Add(Here(7, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(4), 7, -1);
  ExpectKnown(followed.Since(5), 7, -1);
  ExpectKnown(followed.Since(6), 7, 1);
  ExpectKnown(followed.Since(7), 7);
}

TEST(FollowedGenerationsTest, OfMoreCommitsThanItKeepsNothingIsTold) {
  FollowedGenerations followed;
  followed.Begin(0);
  constexpr auto kMost = static_cast<std::uint32_t>(FollowedGenerations::kMaxBatches);
  for (std::uint32_t generation = 1; generation <= kMost; ++generation)
    followed.Add(Here(generation, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(0), kMost, static_cast<int>(kMost));
  followed.Add(Here(kMost + 1, kOtherPort), kOwnPort);
  followed.Add(Here(kMost + 2, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(0), kMost + 2, -1);
  ExpectKnown(followed.Since(kMost + 1), kMost + 2, 1);
}

TEST(FollowedGenerationsTest, AGapEndsTheFollowing) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Elsewhere(6), kOwnPort);
  EXPECT_FALSE(followed.following());
  ExpectUnknown(followed.Since(4));
  followed.Add(Elsewhere(7), kOwnPort);
  ExpectUnknown(followed.Since(6));
}

TEST(FollowedGenerationsTest, ABatchThatWasNotUnderstoodEndsTheFollowing) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add({.generation = 5, .port = kOwnPort, .whole = false}, kOwnPort);
  ExpectUnknown(followed.Since(4));
}

TEST(FollowedGenerationsTest, WhatIsToldLateOfACommitBeforeTheBeginningIsPassedOver) {
  FollowedGenerations followed;
  followed.Begin(4);
  // Its first messages came before the socket joined.
  followed.Add({.generation = 4, .port = kOtherPort, .changes = {{.other = "a change"}}, .whole = false},
               kOwnPort);
  ExpectKnown(followed.Since(4), 4);
}

TEST(FollowedGenerationsTest, AReadingMayShowACommitBeforeItIsTold) {
  FollowedGenerations followed;
  followed.Begin(4);
  ExpectKnown(followed.Since(5), 5);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(5), 5);
  followed.Add(Here(6, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(5), 6, 1);
}

TEST(FollowedGenerationsTest, AfterALossItBeginsAgain) {
  FollowedGenerations followed;
  followed.Begin(4);
  followed.Add(Here(5, kOtherPort), kOwnPort);
  followed.Lose();
  ExpectUnknown(followed.Since(5));
  followed.Begin(9);
  ExpectUnknown(followed.Since(8));
  ExpectKnown(followed.Since(9), 9);
}

TEST(FollowedGenerationsTest, TheCounterWrapsAndPassesOverZero) {
  FollowedGenerations followed;
  followed.Begin(UINT32_MAX - 1);
  followed.Add(Elsewhere(UINT32_MAX), kOwnPort);
  followed.Add(Here(1, kOtherPort), kOwnPort);
  ExpectKnown(followed.Since(UINT32_MAX), 1, 1);
  ExpectKnown(followed.Since(1), 1);
}

}  // namespace
}  // namespace natplan
