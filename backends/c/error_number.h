// The errno value that stands for an error where there is nothing but a number.
#ifndef NATPLAN_BACKENDS_C_ERROR_NUMBER_H_
#define NATPLAN_BACKENDS_C_ERROR_NUMBER_H_

#include "core/values/error.h"

namespace natplan {

// Positive, never 0. What a caller reacts to has one number, whatever the kernel's was: it says ENOENT of a
// chain type that it lacks, and EBUSY or EOPNOTSUPP of what another program holds.
int ErrorNumber(const Error& error);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_C_ERROR_NUMBER_H_
