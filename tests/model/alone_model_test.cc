// A change that stands alone, on the simulated kernel.
#include "tests/model/alone_model.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/model/sequences.h"
#include "tests/model/test_context.h"

namespace natplan {
namespace {

TEST(AloneModelTest, APartComesToWhatEverythingComesTo) {
  AloneRun all;
  const std::uint32_t sequences = RunSequences(15, "//tests/model:alone_model_test", [&](std::uint32_t seed) {
    const AloneRun run = RunAloneSequence(seed, Simulated());
    all.asked += run.asked;
    all.answered += run.answered;
    all.compared += run.compared;
  });
  std::cout << "a part was asked for " << all.asked << " times and was enough " << all.answered << " times; "
            << all.compared << " times nothing was amiss elsewhere\n";
  if (sequences == 0) return;
  EXPECT_GT(all.answered, all.asked / 3);
  EXPECT_GT(all.compared, sequences);
}

Result RunAlone(TestContext& context, const char* prefix) {
  return context.Run({.edits = {Add(Mask(prefix), context.owner())}, .alone = true});
}

// A kernel takes a prefix in which such a range begins, and cuts the range off.
TEST(AlonePartTest, ARangeWithoutAnEndThatBeginsInsideIsSeenBeforeAnythingIsSent) {
  ModelKernel whole;
  ASSERT_TRUE(TestContext(whole, "a").Adds({Mask("10.1.0.0/24")}));
  const AddressRange open{Address::Parse("10.9.0.128").value()};
  ASSERT_TRUE(whole.Foreign(
      {AddElements{{Family::kIp, kDefaultTable}, kMasqueradeSet, {}, true, {ToElement(open)}}}));
  const std::unique_ptr<ModelKernel> part = whole.Copy();
  const Result expected = TestContext(whole, "a").Adds({Mask("10.9.0.0/24")});
  TestContext alone(*part, "a");
  const Result result = RunAlone(alone, "10.9.0.0/24");
  ASSERT_FALSE(expected);
  ASSERT_FALSE(result);
  EXPECT_EQ(ToString(result.error()), ToString(expected.error()));
  EXPECT_EQ(alone.sent(), std::vector<std::string>());
  EXPECT_EQ(Contents(*part), Contents(whole));
}

TEST(AlonePartTest, TheSameChangeOfPortsIsTheSameTransaction) {
  ModelKernel whole;
  ASSERT_TRUE(TestContext(whole, "a").Adds({To(80, "192.0.2.1:80"), To(82, "192.0.2.1:80")}));
  const std::unique_ptr<ModelKernel> part = whole.Copy();
  const std::vector<Edit> edits = {Remove(To(80, "192.0.2.1:80"), Named("a")),
                                   Add(To(82, "192.0.2.2:80"), Named("a"))};
  TestContext everything(whole, "a");
  ASSERT_TRUE(everything.Run({.edits = edits}));
  TestContext alone(*part, "a");
  ASSERT_TRUE(alone.Run({.edits = edits, .alone = true}));
  EXPECT_EQ(alone.sent(), everything.sent());
}

// The kernel takes a range around one that is there, if both have the same end or none. What is deleted with
// that end would be open to the top of the address space.
TEST(AlonePartTest, ARangeAroundOneThatIsThereIsSeenToo) {
  const TableId table{Family::kIp, kDefaultTable};
  for (const char* prefix : {"10.128.0.0/9", "240.0.0.0/4"}) {
    for (const bool remove : {false, true}) {
      ModelKernel whole;
      ASSERT_TRUE(TestContext(whole, "a").Adds({Mask(prefix)}));
      const AddressRange around{Address::Parse("10.0.1.128").value(), Prefix::Parse(prefix)->end()};
      ASSERT_TRUE(whole.Foreign(
          {AddElements{table, kMasqueradeSet, MasqueradeShape(Family::kIp), false, {ToElement(around)}}}));
      const std::unique_ptr<ModelKernel> part = whole.Copy();
      const Edit edit = remove ? Remove(Mask(prefix), Named("a")) : Add(Mask(prefix), Named("a"));
      const Result expected = TestContext(whole, "a").Run({.edits = {edit}});
      const Result result = TestContext(*part, "a").Run({.edits = {edit}, .alone = true});
      EXPECT_EQ(result.has_value(), remove);
      EXPECT_EQ(expected.has_value(), remove);
      EXPECT_EQ(Contents(*part), Contents(whole));
      EXPECT_TRUE(Contents(*part).contains("broken"));
    }
  }
}

TEST(AlonePartTest, WhatIsThereAlreadyIsReadOnce) {
  ModelKernel kernel;
  for (const char* prefix : {"10.9.0.0/24", "10.8.0.1/32", "fd00::/64"}) {
    ASSERT_TRUE(TestContext(kernel, "a").Adds({Mask(prefix)}));
    TestContext alone(kernel, "a");
    const Result result = RunAlone(alone, prefix);
    ASSERT_TRUE(result) << ToString(result.error());
    EXPECT_FALSE(result->changed);
    EXPECT_EQ(alone.reads(), 1) << prefix;
  }
}

TEST(AlonePartTest, WhereWhatIsNotWantedGoesEverythingIsRead) {
  ModelKernel kernel;
  ASSERT_TRUE(TestContext(kernel, "b").Adds({Mask("10.1.0.0/24"), To(80, "192.0.2.1:80")}));
  TestContext alone(kernel, "a", Scope::kExclusive);
  ASSERT_TRUE(RunAlone(alone, "10.9.0.0/24"));
  EXPECT_EQ(Contents(kernel), (std::set<std::string>{"a wants 10.9.0.0/24", "set 10.9.0.0/24"}));
}

}  // namespace
}  // namespace natplan
