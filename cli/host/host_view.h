// Where the command looks at the host that it runs on.
#ifndef NATPLAN_CLI_HOST_HOST_VIEW_H_
#define NATPLAN_CLI_HOST_HOST_VIEW_H_

#include <filesystem>
#include <functional>
#include <optional>

#include "cli/host/interfaces.h"
#include "cli/host/route_lookup.h"

namespace natplan::cli {

struct HostView {
  std::filesystem::path proc = "/proc";  // where procfs is mounted
  RouteLookup route = LookUpRoute;
  std::function<unsigned(const InterfaceName&)> interface_index = InterfaceIndex;
  std::function<std::optional<InterfaceName>(unsigned)> interface_of = InterfaceOf;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_HOST_VIEW_H_
