// A change that stands alone reads a part of the table. It must come to what the same change comes to that
// reads everything: the same refusal, or the same table. Where something elsewhere in the table is amiss,
// which only the one that reads everything sees to, they must be the same once that was seen to.
// NATPLAN_SEQUENCES sets how many sequences are run, NATPLAN_SEED runs one again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/part.h"
#include "core/plan/test_context.h"
#include "core/plan/test_foreign_writer.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

const char* const kPrefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9",
                                 "240.0.0.0/4", "fd00::/8",    "fd00::/16",   "fd00::/64"};
const char* const kTargets[] = {"192.0.2.1:80", "192.0.2.2:81", "[fd00::5]:80"};
const char* const kOwners[] = {"a", "b", "c"};

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  void Step() {
    if (foreign_.writes() && Chance(4)) foreign_.Change();
    for (std::size_t i = 0; i < 2; ++i) Change(kernel_, RandomOwner(), RandomEdits());
    const char* owner = RandomOwner();
    const Edits edits = RandomEdits();
    const char* other = RandomOwner();
    // Of two processes that use one name at once the last writer wins.
    const bool busy = Chance(4) && std::string_view(other) != owner;
    const Edits meanwhile = RandomEdits();
    const auto run = [&](FakeKernel& kernel, TestContext& context, bool stands_alone) {
      if (busy) context.BeforeCommit([&] { Change(kernel, other, meanwhile); });
      return context.Run({.edits = OfOwner(owner, edits), .alone = stands_alone});
    };
    FakeKernel whole = kernel_;
    FakeKernel part = kernel_;
    TestContext everything(whole, owner);
    TestContext alone(part, owner);
    const bool sound = IsSound(kernel_);
    const Result expected = run(whole, everything, false);
    const Result result = run(part, alone, true);
    if (!busy && PartFor({}, OfOwner(owner, edits))) {
      ++asked_;
      if (alone.reads() == 1) ++answered_;
    }
    if (!result) {
      ASSERT_FALSE(expected);
      EXPECT_EQ(ToString(result.error()), ToString(expected.error()));
      EXPECT_EQ(Contents(part), Contents(whole));
      return;
    }
    if (sound) {
      ++compared_;
      ASSERT_TRUE(expected) << ToString(expected.error());
      EXPECT_EQ(ToText(result->transaction), ToText(expected->transaction));
      EXPECT_EQ(result->changed, expected->changed);
      EXPECT_EQ(Contents(part), Contents(whole));
      return;
    }
    const Result again = TestContext(part, owner).Adds({});
    ASSERT_EQ(again.has_value(), expected.has_value());
    if (expected) {
      EXPECT_EQ(Contents(part), Contents(whole));
    } else {
      EXPECT_EQ(ToString(again.error()), ToString(expected.error()));
    }
  }

  int asked() const { return asked_; }
  int answered() const { return answered_; }
  int compared() const { return compared_; }

 private:
  using Edits = std::vector<std::pair<natplan::Edit::Kind, Intent>>;

  std::size_t Pick(std::size_t count) { return random_() % count; }
  bool Chance(std::size_t one_in) { return Pick(one_in) == 0; }
  const char* RandomOwner() { return kOwners[Pick(std::size(kOwners))]; }

  Edits RandomEdits() {
    Edits edits;
    for (std::size_t i = 0, count = 1 + Pick(4) / 3; i < count; ++i) {
      const auto kind = Chance(2) ? Edit::Kind::kAdd : Edit::Kind::kRemove;
      const std::size_t what = Pick(9);
      if (what < 4) {
        edits.emplace_back(kind, Mask(kPrefixes[Pick(std::size(kPrefixes))]));
      } else if (what == 4) {
        edits.emplace_back(kind, Chance(2) ? MaskOut("10.0.0.0/8", "eth0") : MaskOut("fd00::/9", "eth1"));
      } else {
        Forward forward = To(80 + static_cast<int>(Pick(3)), kTargets[Pick(std::size(kTargets))]);
        forward.localhost = Chance(6);
        edits.emplace_back(kind, forward);
      }
    }
    return edits;
  }

  static void Change(FakeKernel& kernel, const char* owner, const Edits& edits) {
    (void)TestContext(kernel, owner).Run({.edits = OfOwner(owner, edits)});
  }

  static std::vector<Edit> OfOwner(const char* owner, const Edits& edits) {
    std::vector<Edit> out;
    for (const auto& [kind, intent] : edits) out.push_back({kind, Named(owner), intent});
    return out;
  }

  // Nobody who looks at everything would change anything.
  static bool IsSound(const FakeKernel& kernel) {
    for (const char* owner : kOwners) {
      FakeKernel copy = kernel;
      const Result result = TestContext(copy, owner).Plans({});
      if (!result || !result->transaction.operations.empty() || !result->lost.empty()) return false;
    }
    return true;
  }

  std::mt19937 random_;
  FakeKernel kernel_;
  TestForeignWriter foreign_{kernel_, random_};
  int asked_ = 0;     // how many changes a part was read for
  int answered_ = 0;  // and was enough
  int compared_ = 0;
};

std::uint32_t Number(const char* variable, std::uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

TEST(AloneModelTest, APartComesToWhatEverythingComesTo) {
  const std::uint32_t only = Number("NATPLAN_SEED", 0);
  const std::uint32_t sequences = Number("NATPLAN_SEQUENCES", 100);
  int asked = 0;
  int answered = 0;
  int compared = 0;
  for (std::uint32_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : sequences); ++seed) {
    World world(seed);
    for (int step = 0; step < 30; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      world.Step();
      if (HasFailure()) {
        FAIL() << "to repeat it: ./bazelw test --test_output=errors --test_env=NATPLAN_SEED=" << seed
               << " //core/plan:alone_model_test";
      }
    }
    asked += world.asked();
    answered += world.answered();
    compared += world.compared();
  }
  std::cout << "a part was asked for " << asked << " times and was enough " << answered << " times; "
            << compared << " times nothing was amiss elsewhere\n";
  if (only != 0) return;
  EXPECT_GT(answered, asked / 3);
  EXPECT_GT(compared, static_cast<int>(sequences));
}

Result RunAlone(TestContext& context, const char* prefix) {
  return context.Run({.edits = {Add(Mask(prefix), context.owner())}, .alone = true});
}

// A kernel takes a prefix in which such a range begins, and cuts the range off.
TEST(AlonePartTest, ARangeWithoutAnEndThatBeginsInsideIsSeenBeforeAnythingIsSent) {
  FakeKernel whole;
  ASSERT_TRUE(TestContext(whole, "a").Adds({Mask("10.1.0.0/24")}));
  const AddressRange open{Address::Parse("10.9.0.128").value()};
  ASSERT_TRUE(whole.Foreign(
      {AddElements{{Family::kIp, kDefaultTable}, kMasqueradeSet, {}, true, {ToElement(open)}}}));
  FakeKernel part = whole;
  const Result expected = TestContext(whole, "a").Adds({Mask("10.9.0.0/24")});
  TestContext alone(part, "a");
  const Result result = RunAlone(alone, "10.9.0.0/24");
  ASSERT_FALSE(expected);
  ASSERT_FALSE(result);
  EXPECT_EQ(ToString(result.error()), ToString(expected.error()));
  EXPECT_EQ(alone.sent(), std::vector<std::string>());
  EXPECT_EQ(Contents(part), Contents(whole));
}

TEST(AlonePartTest, WhatIsThereAlreadyIsReadOnce) {
  FakeKernel kernel;
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
  FakeKernel kernel;
  ASSERT_TRUE(TestContext(kernel, "b").Adds({Mask("10.1.0.0/24"), To(80, "192.0.2.1:80")}));
  TestContext alone(kernel, "a", Scope::kExclusive);
  ASSERT_TRUE(RunAlone(alone, "10.9.0.0/24"));
  EXPECT_EQ(Contents(kernel), (std::set<std::string>{"a wants 10.9.0.0/24", "set 10.9.0.0/24"}));
}

}  // namespace
}  // namespace natplan
