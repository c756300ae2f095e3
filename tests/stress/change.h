// One random change of the stress test: small numbers that stand for edits, so that a journal in shared
// memory can hold it.
#ifndef NATPLAN_TESTS_STRESS_CHANGE_H_
#define NATPLAN_TESTS_STRESS_CHANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/values/intent.h"

namespace natplan::stress {

enum class Kind : std::uint8_t { kMasquerade, kInterfaceMasquerade, kForward };

// An intent out of a small world, in which equal and nested prefixes and taken ports are the rule.
struct IntentCode {
  Kind kind = Kind::kMasquerade;
  std::uint32_t number = 0;  // any: which one
};

Intent ToIntent(const IntentCode& code);

struct Change {
  struct Edit {
    bool add = true;
    IntentCode intent = {};
  };
  std::array<Edit, 3> edits = {};
  std::size_t count = 0;
};

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_CHANGE_H_
