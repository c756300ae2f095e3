#include "tests/model/alone_model.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/part.h"
#include "core/text/nft_text.h"
#include "tests/model/sequences.h"
#include "tests/model/test_context.h"
#include "tests/model/test_foreign_writer.h"

namespace natplan {
namespace {

const char* const kPrefixes[] = {"10.0.0.0/8",  "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9",
                                 "240.0.0.0/4", "fd00::/8",    "fd00::/16",   "fd00::/64"};
const char* const kTargets[] = {"192.0.2.1:80", "192.0.2.2:81", "[fd00::5]:80"};
const char* const kOwners[] = {"a", "b", "c"};

class World {
 public:
  World(std::uint32_t seed, const KernelMaker& kernel) : random_(seed), kernel_(kernel) {}

  void Step() {
    if (foreign_.writes() && Chance(4)) foreign_.Change();
    for (std::size_t i = 0; i < 2; ++i) Change(kernel_, RandomOwner(), RandomEdits());
    const char* owner = RandomOwner();
    const Edits edits = RandomEdits();
    const char* other = RandomOwner();
    // Of two processes that use one name at once the last writer wins.
    const bool busy = Chance(4) && std::string_view(other) != owner;
    const Edits meanwhile = RandomEdits();
    // The other's change comes right before the commit, or after a call that has nothing to commit.
    const auto run = [&](ModelKernel& kernel, TestContext& context, bool stands_alone) {
      bool waits = busy;
      const auto event = [&] {
        if (std::exchange(waits, false)) Change(kernel, other, meanwhile);
      };
      context.BeforeCommit(event);
      const Result result = context.Run({.edits = OfOwner(owner, edits), .alone = stands_alone});
      event();
      return result;
    };
    const bool sound = IsSound();
    const std::unique_ptr<ModelKernel> whole = kernel_.Copy();
    const std::unique_ptr<ModelKernel> part = kernel_.Copy();
    TestContext everything(*whole, owner);
    TestContext alone(*part, owner);
    const Result expected = run(*whole, everything, false);
    const Result result = run(*part, alone, true);
    if (!busy && PartFor({}, OfOwner(owner, edits))) {
      ++run_.asked;
      if (alone.reads() == 1) ++run_.answered;
    }
    if (!result) {
      ASSERT_FALSE(expected);
      EXPECT_EQ(ToString(result.error()), ToString(expected.error()));
      EXPECT_EQ(Contents(*part), Contents(*whole));
      return;
    }
    if (sound) {
      ++run_.compared;
      ASSERT_TRUE(expected) << ToString(expected.error());
      EXPECT_EQ(ToText(result->transaction), ToText(expected->transaction));
      EXPECT_EQ(result->changed, expected->changed);
      EXPECT_EQ(Contents(*part), Contents(*whole));
      return;
    }
    const Result again = TestContext(*part, owner).Adds({});
    ASSERT_EQ(again.has_value(), expected.has_value());
    if (expected) {
      // An owner who has nothing left in a family sees to nothing there; the others do.
      for (const char* one : kOwners) {
        for (ModelKernel* kernel : {part.get(), whole.get()}) (void)TestContext(*kernel, one).Adds({});
      }
      EXPECT_EQ(Contents(*part), Contents(*whole));
    } else {
      EXPECT_EQ(ToString(again.error()), ToString(expected.error()));
    }
  }

  const AloneRun& run() const { return run_; }

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

  static void Change(ModelKernel& kernel, const char* owner, const Edits& edits) {
    (void)TestContext(kernel, owner).Run({.edits = OfOwner(owner, edits)});
  }

  static std::vector<Edit> OfOwner(const char* owner, const Edits& edits) {
    std::vector<Edit> out;
    for (const auto& [kind, intent] : edits) out.push_back({kind, Named(owner), intent});
    return out;
  }

  // Nobody who looks at everything would change anything.
  bool IsSound() {
    for (const char* owner : kOwners) {
      const Result result = TestContext(kernel_, owner).Plans({});
      if (!result || !result->transaction.operations.empty() || !result->lost.empty()) return false;
    }
    return true;
  }

  std::mt19937 random_;
  ModelKernel kernel_;
  TestForeignWriter foreign_{kernel_, random_};
  AloneRun run_;
};

}  // namespace

AloneRun RunAloneSequence(std::uint32_t seed, const KernelMaker& kernel) {
  World world(seed, kernel);
  TakeSteps(world, 30);
  return world.run();
}

}  // namespace natplan
