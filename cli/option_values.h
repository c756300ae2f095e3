// Values of options that several subcommands have.
#ifndef NATPLAN_CLI_OPTION_VALUES_H_
#define NATPLAN_CLI_OPTION_VALUES_H_

#include <expected>
#include <string>
#include <string_view>

#include "backends/nat.h"

namespace natplan::cli {

// "auto", "nftables", "iptables"; the error is one sentence.
std::expected<Backend, std::string> ParseBackend(std::string_view name);

// What the environment says where the option is left out: NATPLAN_BACKEND, which a program with more rights
// than its caller does not read, or kAuto. The error names the variable.
std::expected<Backend, std::string> BackendFromEnvironment();

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_OPTION_VALUES_H_
