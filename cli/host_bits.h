// Says what a prefix means that was written with host bits.
#ifndef NATPLAN_CLI_HOST_BITS_H_
#define NATPLAN_CLI_HOST_BITS_H_

#include <string>
#include <string_view>

#include "core/values/prefix.h"

namespace natplan::cli {

// `text` is what `prefix` was parsed from. A note if it has host bits, which are cleared; otherwise empty.
std::string HostBitsNote(std::string_view text, const Prefix& prefix);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_BITS_H_
