// Names and indices of this network namespace's interfaces.
#ifndef NATPLAN_CLI_HOST_INTERFACES_H_
#define NATPLAN_CLI_HOST_INTERFACES_H_

#include <optional>

#include "core/values/interface_name.h"

namespace natplan::cli {

// 0: there is none of that name.
unsigned InterfaceIndex(const InterfaceName& name);

// None: there is none of that index, or its name is not one that natplan writes.
std::optional<InterfaceName> InterfaceOf(unsigned index);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_INTERFACES_H_
