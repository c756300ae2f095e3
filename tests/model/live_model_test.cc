// The same sequences on the running kernel.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <iostream>

#include "tests/model/alone_model.h"
#include "tests/model/owners_model.h"
#include "tests/model/sequences.h"
#include "tests/model/union_model.h"
#include "tests/support/namespace.h"

namespace natplan {
namespace {

void RunLive(std::uint32_t usually, const std::function<void(std::uint32_t seed)>& run) {
  natplan::testing::RunInNamespaceOrSkip([&] {
    const std::uint32_t sequences = RunSequences(usually, "//tests/model:live_model_test", run);
    std::cout << sequences << " sequences were run\n";
  });
}

TEST(LiveModelTest, NobodyLosesAnythingThroughAnother) {
  RunLive(120, [](std::uint32_t seed) { RunOwnersSequence(seed, Running()); });
}

TEST(LiveModelTest, TheKernelHoldsTheUnionOfWhatIsWantedAndForeign) {
  RunLive(120, [](std::uint32_t seed) { RunUnionSequence(seed, Running()); });
}

TEST(LiveModelTest, InExclusiveScopeNothingButWhatIsWantedRemains) {
  RunLive(120, [](std::uint32_t seed) { RunExclusiveSequence(seed, Running()); });
}

TEST(LiveModelTest, APartComesToWhatEverythingComesTo) {
  RunLive(4, [](std::uint32_t seed) { RunAloneSequence(seed, Running()); });
}

}  // namespace
}  // namespace natplan
