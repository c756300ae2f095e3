// What it means when a program of iptables fails.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_ERROR_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_ERROR_H_

#include <string>
#include <string_view>

#include "core/values/error.h"

namespace natplan {

// `program` ended with `exit_status`, which is not 0, and said `complaint` (its stderr, LC_ALL=C). The exit
// status tells little: 1 stands for a rule that is not there as well as for a missing right. So the words
// count where iptables quotes strerror(3): kNotPermitted, kNotSupported, kDeadline for the xtables lock, what
// stands for memory, size and descriptors, and kRefused for all else.
Error ErrorOfExit(std::string_view program, int exit_status, std::string_view complaint);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_ERROR_H_
