// Which kernel parameters natplan switched on that are on still, and who needs them.
#ifndef NATPLAN_CLI_SWITCHED_ON_H_
#define NATPLAN_CLI_SWITCHED_ON_H_

#include <expected>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cli/host/host_view.h"
#include "cli/sysctl_record.h"
#include "core/values/address.h"

namespace natplan::cli {

struct StillOn {
  SwitchedOn recorded;
  Sysctl sysctl;  // by the name that its interface has now

  // "net.ipv4.ip_forward = 1, was 0".
  std::string ToString() const;
  // Whether it is only kept in mind for when the common switch is put back.
  bool IsBystander() const { return recorded.before == recorded.after; }
};

// Of the record, what is as natplan left it: neither did somebody else change it, nor is its interface gone.
// In the order in which they were set.
std::vector<StillOn> FindStillOn(const std::vector<SwitchedOn>& recorded, const HostView& host);

// The same of this network namespace, in words, without what is only kept in mind. Where there is no telling
// which namespace it is nothing was recorded.
std::expected<std::vector<std::string>, Error> TextsOfStillOn(const HostView& host);

// What is in the kernel and depends on parameters.
struct Held {
  std::set<Family> families = {};
  std::set<Address> localhost_targets = {};  // of IPv4
};

// Whether what is held needs it. A target whose network is not there may need any route_localnet.
bool IsNeeded(const Sysctl& sysctl, const Held& held, const HostView& host);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SWITCHED_ON_H_
