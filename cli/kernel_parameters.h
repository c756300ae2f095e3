// The kernel parameters of what a subcommand put into place: set, or named.
#ifndef NATPLAN_CLI_KERNEL_PARAMETERS_H_
#define NATPLAN_CLI_KERNEL_PARAMETERS_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/host/host_view.h"
#include "cli/sysctl_record.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan::cli {

struct Parameters {
  std::vector<std::string> set = {};      // "net.ipv4.conf.eth0.route_localnet = 1"
  std::vector<std::string> missing = {};  // the names of those that are not as they are needed
  std::vector<std::string> notes = {};    // for people: what does not work, and the command that cures it
  std::optional<Error> error = {};        // why the first of them could not be set
};

// Says which parameters the intents lack, forwarding of packets among them. IPv6 has a route where IPv4 has
// route_localnet; it is named and never set.
Parameters NameParameters(std::span<const Intent> intents, const HostView& host = {});

// Sets them, and says what cannot be set. To be called when the intents are in the kernel: the rule that
// protects 127.0.0.0/8 comes before route_localnet. Each is recorded before it is set; where that is not
// possible it is set all the same, and a note says so. What there is nothing yet to be set for (the
// container's network is not there) is missing with a note, and no error.
//
// Where an interface would lose the routes that it learnt from router advertisements, nothing is set at all
// unless `accept_ra`: then its accept_ra becomes 2 first.
Parameters SetParameters(std::span<const Intent> intents, bool accept_ra, const HostView& host,
                         const std::expected<SysctlRecord, Error>& record);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_KERNEL_PARAMETERS_H_
