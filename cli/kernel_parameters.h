// The kernel parameters of what a subcommand put into place: set, or named.
#ifndef NATPLAN_CLI_KERNEL_PARAMETERS_H_
#define NATPLAN_CLI_KERNEL_PARAMETERS_H_

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan::cli {

struct Parameters {
  std::vector<std::string> set = {};      // "net.ipv4.conf.eth0.route_localnet = 1"
  std::vector<std::string> missing = {};  // the names of those that are not as they are needed
  std::vector<std::string> notes = {};    // for people: what does not work, and the command that cures it
  std::optional<Error> error = {};        // why the first of them could not be set
};

// With `set` sets what the intents need; otherwise says what forwards with `localhost` lack. Whether the host
// forwards packets at all is set with the rest, but not asked for otherwise: that is `natplan doctor`'s. IPv6
// has a route where IPv4 has a parameter; it is never set. `proc` is where procfs is mounted.
Parameters CareForParameters(std::span<const Intent> intents, bool set,
                             const std::filesystem::path& proc = "/proc");

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_KERNEL_PARAMETERS_H_
