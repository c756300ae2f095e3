// What `natplan doctor` looks at on this host, besides nf_tables itself.
#ifndef NATPLAN_CLI_DOCTOR_FACTS_H_
#define NATPLAN_CLI_DOCTOR_FACTS_H_

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backends/iptables/iptables_runner.h"
#include "backends/iptables/program_search.h"
#include "core/plan/executor.h"
#include "core/values/address.h"
#include "core/values/error.h"

namespace natplan::cli {

struct ProcessFacts {
  std::string kernel_release = {};  // as uname -r; empty if unknown
  // Whether all user IDs are mapped to themselves. So it is in the initial user namespace, and in one that
  // was made to look like it.
  // None: /proc does not say.
  std::optional<bool> initial_user_namespace = {};
  std::optional<bool> net_admin =
      {};  // CAP_NET_ADMIN is effective; over which namespace the kernel alone knows
  friend bool operator==(const ProcessFacts&, const ProcessFacts&) = default;
};

// `proc` is where procfs is mounted: "/proc".
ProcessFacts ReadProcessFacts(const std::filesystem::path& proc);

// Which iptables are installed, by their programs.
struct IptablesVariants {
  bool legacy = false;
  bool nft = false;
  // "legacy" or "nft": which of them "iptables-save" is; "unknown" if it is another program, empty if there
  // is none.
  std::string plain = {};
  friend bool operator==(const IptablesVariants&, const IptablesVariants&) = default;
};
IptablesVariants FindIptablesVariants(const ProgramSearch& programs);

// One family's nat table in one variant of iptables, and natplan's rules in table raw.
struct NatRules {
  std::size_t count = 0;               // of all programs
  std::vector<std::string> ours = {};  // natplan's, as "iptables -t nat -A ..."
  friend bool operator==(const NatRules&, const NatRules&) = default;
};
struct IptablesFacts {
  std::expected<NatRules, Error> used;   // in the variant that natplan uses
  std::expected<NatRules, Error> other;  // in the other one
};
// kUnreadable: natplan's rules are in the kernel, or nobody can tell, and the program shows none of them.
//
// An empty nat table is printed by a kernel that has none, too: with `try_nat` a rule is tried, not carried
// out, and `used` is the refusal if there is one. The kernel may load modules for that.
IptablesFacts ReadIptablesFacts(IptablesRunner& runner, Family family, bool try_nat, TimePoint deadline);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_DOCTOR_FACTS_H_
