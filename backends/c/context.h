// What stands behind the C door's opaque struct. For the door and its tests alone.
#ifndef NATPLAN_BACKENDS_C_CONTEXT_H_
#define NATPLAN_BACKENDS_C_CONTEXT_H_

#include <string>
#include <utility>

#include "backends/c/natplan.h"
#include "backends/nat.h"
#include "core/values/owner.h"

struct natplan_context {  // NOLINT(readability-identifier-naming): C's name.
  natplan_context(natplan::Nat given, natplan::Owner named)
      : nat(std::move(given)), owner(std::move(named)) {}

  natplan::Nat nat;
  natplan::Owner owner;   // of intents that name none
  std::string text = {};  // what `last_error` points into, if it is not a literal
  const char* last_error = "";
};

#endif  // NATPLAN_BACKENDS_C_CONTEXT_H_
