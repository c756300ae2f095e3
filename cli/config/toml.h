// toml++ as natplan uses it: no exceptions, and no assertions about what a file says.
//
// toml++ 3.3 asserts that a key begins with a key's character before it checks that and reports it: `[[[x`
// ends the program. Without the assertion the check behind it says what is wrong. With NDEBUG the assertion
// would become an assumption of the optimizer, so that is switched off for this header as well.
#ifndef NATPLAN_CLI_CONFIG_TOML_H_
#define NATPLAN_CLI_CONFIG_TOML_H_

#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(expression) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include "toml++/toml.h"
#pragma pop_macro("NDEBUG")

#endif  // NATPLAN_CLI_CONFIG_TOML_H_
