#include "core/plan/steps.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/plan/commit_memory.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"

namespace natplan {
namespace {

const TableId kTable = {Family::kIp, kDefaultTable};

Element Range(const std::string& prefix) { return ToElement(Prefix::Parse(prefix).value()); }
Element At(int port, const char* to) {
  return ToElement(
      MapEntry{{Family::kIp, Protocol::kTcp, Port::Make(port).value()}, Endpoint::Parse(to).value()});
}
Operation Add(const char* set, std::vector<Element> elements) {
  return AddElements{kTable, set, MasqueradeShape(Family::kIp), true, std::move(elements)};
}
Operation Delete(const char* set, std::vector<Element> elements) {
  return DeleteElements{kTable, set, MasqueradeShape(Family::kIp), std::move(elements)};
}

std::vector<Element> Ports(int first, int last, const char* to) {
  std::vector<Element> out;
  for (int port = first; port <= last; ++port) out.push_back(At(port, to));
  return out;
}

std::vector<Transaction> All(const Steps& steps) {
  std::vector<Transaction> out;
  for (std::size_t i = 0; i < steps.size(); ++i) out.push_back(steps.At(i).transaction);
  return out;
}

// Which elements an operation of this kind has, over all steps up to each.
template <typename Kind>
std::vector<std::set<Element>> ByStep(const Steps& steps) {
  std::vector<std::set<Element>> out;
  for (const Transaction& step : All(steps)) {
    std::set<Element>& elements = out.emplace_back();
    for (const Operation& operation : step.operations) {
      if (const auto* one = std::get_if<Kind>(&operation))
        elements.insert(one->elements.begin(), one->elements.end());
    }
  }
  return out;
}

TEST(StepsTest, WhatIsSmallEnoughIsOneStep) {
  const Transaction small{.operations = {EnsureTable{kTable}, Add(kForwardMap, Ports(1, 10, "10.0.0.1:1"))}};
  const Steps steps(small, 10);
  EXPECT_EQ(steps.size(), 1U);
}

TEST(StepsTest, TheSkeletonComesFirstAndEachElementOnceInBoundedSteps) {
  const Transaction whole{
      .operations = {EnsureTable{kTable}, EnsureSet{kTable, kForwardMap, ForwardShape(Family::kIp)},
                     Add(kForwardMap, Ports(1, 100, "10.0.0.1:1"))},
      .required_generation = UINT32_MAX - 1};
  const Steps steps(whole, 8);
  ASSERT_EQ(steps.size(), 13U);
  std::multiset<Element> seen;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Transaction step = steps.At(i).transaction;
    EXPECT_LE(ElementsOf(step), 8U);
    EXPECT_EQ(step.operations.size(), i == 0 ? 3U : 1U);
    const auto& elements = std::get<AddElements>(step.operations.back()).elements;
    seen.insert(elements.begin(), elements.end());
  }
  const std::vector<Element> ports = Ports(1, 100, "10.0.0.1:1");
  EXPECT_EQ(seen, std::multiset<Element>(ports.begin(), ports.end()));
  EXPECT_EQ(steps.At(0).transaction.required_generation, UINT32_MAX - 1);
  EXPECT_EQ(steps.At(1).transaction.required_generation, UINT32_MAX);
  EXPECT_EQ(steps.At(2).transaction.required_generation, 1U) << "the counter passes over 0";
}

TEST(StepsTest, APortThatIsReplacedChangesInOneStepAndWhatGoesGoesLast) {
  const Transaction whole{.operations = {Delete(kForwardMap, Ports(1, 20, "10.0.0.1:1")),
                                         Add(kForwardMap, Ports(11, 30, "10.0.0.2:2"))}};
  const Steps steps(whole, 4);
  const auto added = ByStep<AddElements>(steps);
  const auto deleted = ByStep<DeleteElements>(steps);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (int port = 11; port <= 20; ++port) {
      EXPECT_EQ(added[i].contains(At(port, "10.0.0.2:2")), deleted[i].contains(At(port, "10.0.0.1:1")))
          << "port " << port << " in step " << i;
    }
    for (int port = 1; port <= 10; ++port) {
      if (deleted[i].contains(At(port, "10.0.0.1:1"))) {
        for (std::size_t later = i + 1; later < steps.size(); ++later) EXPECT_TRUE(added[later].empty());
      }
    }
  }
}

TEST(StepsTest, RangesThatOverlapChangeInOneStepHoweverMany) {
  std::vector<Element> parts;
  for (int i = 0; i < 16; ++i) parts.push_back(Range("10." + std::to_string(i) + ".0.0/16"));
  std::vector<Element> others;
  for (int i = 0; i < 16; ++i) others.push_back(Range("11." + std::to_string(i) + ".0.0/16"));
  others.insert(others.begin(), Range("10.0.0.0/8"));
  const Transaction whole{.operations = {Delete(kMasqueradeSet, parts), Add(kMasqueradeSet, others)}};
  const Steps steps(whole, 6);
  const auto deleted = ByStep<DeleteElements>(steps);
  const auto added = ByStep<AddElements>(steps);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(deleted[i].size(), added[i].contains(Range("10.0.0.0/8")) ? 16U : 0U);
    EXPECT_TRUE(added[i].size() <= 3U || !deleted[i].empty());
  }
  EXPECT_EQ(steps.size(), 1U + 6U);
}

TEST(StepsTest, WhatEmptiesASetOrMakesATableAgainStaysWhole) {
  for (const Operation& first : {Operation(FlushSet{kTable, kForwardMap, true}),
                                 Operation(DeleteTable{kTable}), Operation(DeleteSet{kTable, kOwnersSet})}) {
    const Transaction whole{.operations = {first, Add(kForwardMap, Ports(1, 100, "10.0.0.1:1"))}};
    EXPECT_EQ(Steps(whole, 10).size(), 1U);
  }
}

// Our entry does not come where the other still stands.
TEST(StepsTest, AnEntryWhoseCommentSomebodyChangedGoesInTheStepInWhichOursComes) {
  const Owner owner = Owner::Make("web").value();
  const Element ours = ToElement({Prefix::Parse("10.0.2.0/24").value(), owner.hash()}, owner);
  Element changed = ours;
  changed.comment = "zzz";
  const Transaction whole{.operations = {Delete(kOwnersSet, {changed}), Add(kOwnersSet, {ours}),
                                         Delete(kForwardMap, Ports(1, 9, "10.0.0.1:1")),
                                         Add(kMasqueradeSet, {Range("10.1.0.0/16")})}};
  const Steps steps(whole, 1);
  const auto added = ByStep<AddElements>(steps);
  const auto deleted = ByStep<DeleteElements>(steps);
  ASSERT_EQ(steps.size(), 11U);
  for (std::size_t i = 0; i < steps.size(); ++i)
    EXPECT_EQ(added[i].contains(ours), deleted[i].contains(changed)) << "step " << i;
}

TEST(StepsTest, ARefusalOfAStepNamesTheOperationAndTheElementOfTheWhole) {
  const Transaction whole{.operations = {Delete(kForwardMap, Ports(1, 3, "10.0.0.1:1")), EnsureTable{kTable},
                                         Add(kForwardMap, Ports(11, 30, "10.0.0.2:2"))}};
  const Steps steps(whole, 5);
  const Steps::Step second = steps.At(1);
  Refusal refusal{.operation = 0, .element = 2, .errno_value = 17};
  second.ToWhole(refusal);
  ASSERT_EQ(refusal.operation, 2U);
  EXPECT_EQ(std::get<AddElements>(whole.operations[2]).elements[*refusal.element],
            std::get<AddElements>(second.transaction.operations[0]).elements[2]);
}

}  // namespace
}  // namespace natplan
