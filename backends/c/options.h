// What natplan_open() is given, as the facade takes it.
#ifndef NATPLAN_BACKENDS_C_OPTIONS_H_
#define NATPLAN_BACKENDS_C_OPTIONS_H_

#include <expected>

#include "backends/c/natplan.h"
#include "backends/nat.h"
#include "core/values/error.h"

namespace natplan {

// A literal: there is no memory for a copy.
inline constexpr const char* kOutOfMemory = "out of memory";

// Null: all defaults.
std::expected<NatOptions, Error> ToNatOptions(const natplan_options* given);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_C_OPTIONS_H_
