// What other programs have in nf_tables and in iptables on this host, read for natplan's forwards.
#ifndef NATPLAN_CLI_HOST_RULES_H_
#define NATPLAN_CLI_HOST_RULES_H_

#include <span>
#include <string>
#include <vector>

#include "core/foreign/rival.h"
#include "core/plan/executor.h"
#include "core/values/intent.h"

namespace natplan::cli {

struct HostRulesRead {
  foreign::HostRules rules = {};
  // What could not be looked at, a sentence each.
  std::vector<std::string> unknown = {};
};

// The tables with a base chain of type nat in which a destination can be translated, but natplan's own; and,
// with `filters`, those that look at forwarded packets. Where there are none, little is asked; the host's
// addresses are read with `filters` all the same.
HostRulesRead ReadHostRules(const foreign::OwnPlace& own, bool filters, TimePoint deadline);

// Where natplan's rules stand after a call.
foreign::OwnPlace PlaceOf(const std::string& table, bool by_iptables);

// What `apply`, `add` and `check` say of rules that translate one of these forwards too: those that natplan
// understands. Empty where there is no forward. It takes a second at most.
std::vector<std::string> RivalNotes(std::span<const Intent> intents, const foreign::OwnPlace& own);

// Of 127.0.0.0/8, or ::1.
bool IsLoopback(const Address& address);

std::vector<Forward> ForwardsOf(std::span<const Intent> intents);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_RULES_H_
