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

struct FoundOn {
  // What is as natplan left it: neither did somebody else change it, nor is its interface gone. In the order
  // in which they were set.
  std::vector<StillOn> on = {};
  std::vector<std::string> unknown = {};  // what could not be looked at, a sentence each
};
FoundOn FindStillOn(const std::expected<SysctlRecord, Error>& record, const HostView& host);

// The same of this network namespace, without what is only kept in mind.
FoundOn StillOnHere(const HostView& host);
// In words.
struct SwitchedOnTexts {
  std::vector<std::string> on = {};
  std::vector<std::string> unknown = {};
};
SwitchedOnTexts TextsOfStillOn(const HostView& host);

// What is in the kernel and depends on parameters.
struct Held {
  std::set<Family> families = {};
  std::set<Address> localhost_targets = {};  // of IPv4
};

// Whether what is held needs it. A target whose network is not there may need any route_localnet.
bool IsNeeded(const Sysctl& sysctl, const Held& held, const HostView& host);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SWITCHED_ON_H_
