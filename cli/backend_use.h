// Which backend carried a call out, and what it did if that is iptables.
#ifndef NATPLAN_CLI_BACKEND_USE_H_
#define NATPLAN_CLI_BACKEND_USE_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/plan/reconciler.h"

namespace natplan::cli {

struct BackendUse {
  std::string name = "nftables";
  std::string reason = {};  // why it is not nf_tables
};

// What iptables-restore took or would take: "ip: -I POSTROUTING 1 ...".
std::vector<std::string> IptablesLines(const Report& report);
bool IsDelete(std::string_view iptables_line);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_BACKEND_USE_H_
