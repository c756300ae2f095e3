#include "tests/model/sequences.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace natplan {
namespace {

std::uint32_t Number(const char* variable, std::uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

std::uint32_t RunSequences(std::uint32_t usually, const char* target,
                           const std::function<void(std::uint32_t seed)>& run) {
  const std::uint32_t only = Number("NATPLAN_SEED", 0);
  const std::uint32_t sequences = Number("NATPLAN_SEQUENCES", usually);
  for (std::uint32_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : sequences); ++seed) {
    run(seed);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "to repeat it: ./bazelw test --test_output=errors --test_env=NATPLAN_SEED=" << seed
                    << " " << target;
      return 0;
    }
  }
  return only != 0 ? 0 : sequences;
}

}  // namespace natplan
