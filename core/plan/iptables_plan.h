// (saved tables, wanted intents, scope) -> lines for iptables-restore. Pure.
#ifndef NATPLAN_CORE_PLAN_IPTABLES_PLAN_H_
#define NATPLAN_CORE_PLAN_IPTABLES_PLAN_H_

#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/element_plan.h"
#include "core/plan/iptables_rule.h"
#include "core/text/iptables_text.h"
#include "core/values/error.h"
#include "core/values/intent.h"
#include "core/values/per_family.h"
#include "core/values/sorted_set.h"

namespace natplan {

// Of what iptables-save printed: table nat, and behind its rules those of table raw that have natplan's
// comment, in IPv4. Errors: those of ReadSavedTable().
std::expected<SavedTable, Error> ReadSavedRules(Family family, std::string_view text);

struct IptablesSnapshot {
  // As ReadSavedRules() gives it. None: this host has no iptables nat of it; nothing is planned there.
  PerFamily<std::optional<SavedTable>> nat = {};
  friend bool operator==(const IptablesSnapshot&, const IptablesSnapshot&) = default;
};

struct IptablesWish {
  std::vector<OwnedIntent> intents = {};
  // Their rules become exactly those of `intents`; an owner of an intent counts as one of them. In scope kOwn
  // all other owners' rules stay; in scope kExclusive every rule with the tag that is not wanted goes. A rule
  // without the tag is never touched.
  std::set<Owner> mine = {};
  Scope scope = Scope::kOwn;
  // The host ports that this call asks for; what is wanted beyond them was held before.
  SortedSet<HostPort> edited = {};
};

struct IptablesPlan {
  // What iptables-restore takes in one transaction, and what takes it back. "-D CHAIN SPEC" is of a rule that
  // the snapshot has; "-I CHAIN 1 SPEC" stand in reverse order, so that the kernel has them in order. Those
  // of table raw begin with kInRaw.
  PerFamily<std::vector<std::string>> lines = {};
  PerFamily<std::vector<std::string>> undo = {};
  // Forwards whose host port somebody else holds, or that two intents want. Nothing is planned for them.
  std::vector<Conflict> conflicts = {};
  // Rules with the tag that natplan does not make, as "iptables -t nat -A ...". In scope kOwn they stay.
  PerFamily<std::vector<std::string>> foreign = {};
};

// A prefix has one rule for each of its owners, so there is no union of prefixes. Where ours stand among
// themselves does not matter and nothing is moved; a second copy of a rule is removed.
IptablesPlan PlanIptables(const IptablesSnapshot& have, const IptablesWish& want, const RuleTag& tag);

// What the rules with the tag say, sorted. A forward of which a rule is missing is one all the same: the next
// plan puts the rule back.
std::vector<OwnedIntent> IntentsOf(const IptablesSnapshot& snapshot, const RuleTag& tag);

// Rules with the tag that no intent of these comes to, as "iptables -t nat -A ...". Either natplan does not
// make such rules, or they are what is left of a forward, like the guard of loopback.
PerFamily<std::vector<std::string>> RulesWithoutIntent(const IptablesSnapshot& snapshot, const RuleTag& tag);

// Rules with natplan's comment, of any table's name, as "iptables -t nat -A ...". For an iptables variant
// that is not in use.
std::vector<std::string> NatplanRules(Family family, const SavedTable& saved);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_IPTABLES_PLAN_H_
