// Sequences of three owners on the simulated kernel.
#include "tests/model/owners_model.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>

#include "tests/model/sequences.h"

namespace natplan {
namespace {

TEST(OwnersModelTest, NobodyLosesAnythingThroughAnother) {
  OwnersRun all;
  const std::uint32_t sequences =
      RunSequences(100, "//tests/model:owners_model_test", [&](std::uint32_t seed) {
        const OwnersRun run = RunOwnersSequence(seed, Simulated());
        all.succeeded += run.succeeded;
        all.failed += run.failed;
        all.lost += run.lost;
      });
  std::cout << all.succeeded << " calls succeeded, " << all.failed << " failed, " << all.lost
            << " ports were lost\n";
  if (sequences == 0) return;
  EXPECT_GT(all.succeeded, 20 * sequences);
  EXPECT_GT(all.failed, sequences);
  EXPECT_GT(all.lost, 0U);
}

}  // namespace
}  // namespace natplan
