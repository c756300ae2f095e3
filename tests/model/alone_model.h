// A change that stands alone reads a part of the table. It must come to what the same change comes to that
// reads everything: the same refusal, or the same table. Where something elsewhere in the table is amiss,
// which only the one that reads everything sees to, they must be the same once that was seen to.
#ifndef NATPLAN_TESTS_MODEL_ALONE_MODEL_H_
#define NATPLAN_TESTS_MODEL_ALONE_MODEL_H_

#include <cstdint>

#include "tests/model/model_kernel.h"

namespace natplan {

struct AloneRun {
  std::uint32_t asked = 0;     // how many changes a part was read for
  std::uint32_t answered = 0;  // and was enough
  std::uint32_t compared = 0;  // nothing was amiss elsewhere
};

// Thirty changes. Fails the test where the two do not come to the same.
AloneRun RunAloneSequence(std::uint32_t seed, const KernelMaker& kernel);

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_ALONE_MODEL_H_
