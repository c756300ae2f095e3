#include "core/plan/iptables_plan.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <utility>
#include <variant>

#include "core/plan/iptables_holder.h"
#include "core/text/shown_text.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

// To be shown: a comment may hold line feeds.
std::string CommandLine(Family family, const char* verb, const SavedRule& rule) {
  return ShownText(std::string(IptablesName(family)) + " -t " + rule.table + " " + verb + " " + rule.chain +
                   " " + rule.spec);
}

std::string Begin(std::string_view table) { return std::string(table == "raw" ? kInRaw : ""); }

std::string ToText(const Owner& owner, const Forward& forward) {
  return ToString(forward) + " (owner \"" + owner.name() + "\")";
}

// A rule of the snapshot and what it means.
struct KnownRule {
  const SavedRule* saved;
  std::optional<Owner> owner;  // with the tag
  IptablesRule rule;           // as TakeApart() gives it
  std::optional<RaisedRule> raised;

  const Forward* forward() const {
    return raised && raised->intent ? std::get_if<Forward>(&*raised->intent) : nullptr;
  }
};

std::vector<KnownRule> Know(Family family, const SavedTable& nat, const RuleTag& tag) {
  std::vector<KnownRule> out;
  out.reserve(nat.rules.size());
  for (const SavedRule& saved : nat.rules) {
    TaggedRule apart = TakeApart(saved, tag);
    std::optional<RaisedRule> raised;
    if (apart.owner) raised = Raise(family, apart.rule);
    out.push_back({&saved, std::move(apart.owner), std::move(apart.rule), std::move(raised)});
  }
  return out;
}

// What identifies a rule: its owner, and the rule without its comment, all words in `match`.
using RuleKey = std::pair<Owner, IptablesRule>;

RuleKey KeyOf(const Owner& owner, IptablesRule rule) {
  rule.match.insert(rule.match.end(), rule.target.begin(), rule.target.end());
  rule.target.clear();
  return {owner, std::move(rule)};
}

// The forwards that an owner's rules make. PREROUTING tells the target where the two chains differ.
std::map<std::pair<Owner, HostPort>, Forward> ForwardsOf(const std::vector<KnownRule>& rules) {
  std::map<std::pair<Owner, HostPort>, Forward> out;
  for (const char* chain : {"PREROUTING", "OUTPUT"}) {
    for (const KnownRule& known : rules) {
      const Forward* forward = known.forward();
      if (!known.owner || forward == nullptr || known.rule.chain != chain) continue;
      const auto [at, is_new] = out.try_emplace({*known.owner, forward->key()}, *forward);
      if (!is_new && at->second.to == forward->to) at->second.localhost |= forward->localhost;
    }
  }
  return out;
}

// Plans one family.
class Planner {
 public:
  Planner(Family family, const SavedTable& nat, const IptablesWish& want, const RuleTag& tag,
          IptablesPlan& plan)
      : family_(family),
        want_(want),
        tag_(tag),
        plan_(plan),
        rules_(Know(family, nat, tag)),
        forwards_(ForwardsOf(rules_)),
        mine_(want.mine) {
    for (const OwnedIntent& intent : want.intents) mine_.insert(intent.owner);
    const std::set<std::string> chains = ChainsForTheHost(nat.rules);
    for (const KnownRule& known : rules_) {
      if (known.owner && known.raised) there_.insert(KeyOf(*known.owner, known.rule));
      if (Goes(known) || (known.raised && mine_.contains(*known.owner))) continue;
      if (auto holder = HolderIn(*known.saved, chains)) holders_.emplace_back(&known, *std::move(holder));
    }
  }

  void Run() {
    for (const OwnedIntent& owned : want_.intents) {
      if (FamilyOf(owned.intent) == family_) Want(owned);
    }
    for (const KnownRule& known : rules_) Consider(known);
    for (auto at = inserts_.rbegin(); at != inserts_.rend(); ++at) Insert(*at);
    std::ranges::reverse(Undo());
  }

 private:
  std::vector<std::string>& Lines() { return plan_.lines[family_]; }
  std::vector<std::string>& Undo() { return plan_.undo[family_]; }

  void Want(const OwnedIntent& owned) {
    if (const auto* forward = std::get_if<Forward>(&owned.intent)) {
      const auto [at, is_new] = wanted_ports_.try_emplace(forward->key(), &owned);
      if (!is_new) {
        if (*at->second != owned) {
          const OwnedIntent& first = *at->second;
          AddConflict(owned.owner, *forward, ToText(first.owner, std::get<Forward>(first.intent)),
                      "owner \"" + first.owner.name() + "\" wants " + ToString(forward->key()) + " too");
        }
        return;
      }
      if (!IsHeldBy(owned.owner, *forward) && MeetsHolder(owned.owner, *forward)) {
        KeepOld(owned.owner, forward->key());
        return;
      }
    }
    for (IptablesRule& rule : Lower(owned.intent)) {
      RuleKey key = KeyOf(owned.owner, rule);
      if (!keep_.insert(key).second || there_.contains(key)) continue;
      inserts_.emplace_back(owned.owner, std::move(rule));
    }
  }

  // Whether a rule of just this forward is there; then another's rule for the same port came later.
  bool IsHeldBy(const Owner& owner, const Forward& forward) const {
    const auto at = forwards_.find({owner, forward.key()});
    return at != forwards_.end() && at->second.to == forward.to;
  }

  // What the owner has at this port stays as it is.
  void KeepOld(const Owner& owner, const HostPort& port) {
    const auto at = forwards_.find({owner, port});
    if (at == forwards_.end()) return;
    for (IptablesRule& rule : Lower(at->second)) keep_.insert(KeyOf(owner, std::move(rule)));
  }

  // Whether the rule goes unless it is wanted, whoever its owner is.
  bool Goes(const KnownRule& known) const { return known.owner && want_.scope == Scope::kExclusive; }

  // Adds a conflict if the rule of somebody else has the forward's port.
  bool MeetsHolder(const Owner& owner, const Forward& forward) {
    const auto at = std::ranges::find_if(holders_, [&](const auto& holder) {
      return holder.second.Holds(forward.protocol, forward.host_port);
    });
    if (at == holders_.end()) return false;
    const KnownRule& known = *at->first;
    const std::string cure = CommandLine(family_, "-D", *known.saved);
    if (known.raised) {
      AddConflict(owner, forward, ToText(*known.owner, *known.forward()),
                  "owner \"" + known.owner->name() + "\" holds " + ToString(forward.key()) +
                      "; if it needs that no more, remove its rule of each chain, like: " + cure);
    } else {
      AddConflict(owner, forward, CommandLine(family_, "-A", *known.saved),
                  "another program forwards " + ToString(forward.key()) +
                      " already; if nobody needs that any more, remove it with: " + cure);
    }
    return true;
  }

  void AddConflict(const Owner& owner, const Forward& forward, const std::string& theirs, std::string text) {
    plan_.conflicts.push_back({want_.edited.contains(forward.key()),
                               {.code = ErrorCode::kConflict,
                                .errno_value = EEXIST,
                                .operation = std::string(IptablesName(family_)) + " -t nat -I PREROUTING 1 " +
                                             Spec(Lower(forward).front(), tag_.CommentFor(owner)),
                                .ours = ToText(owner, forward),
                                .theirs = theirs,
                                .text = std::move(text)}});
  }

  // Leaves a rule that is there, or deletes it.
  void Consider(const KnownRule& known) {
    if (!known.owner) return;
    if (!known.raised) {
      plan_.foreign[family_].push_back(CommandLine(family_, "-A", *known.saved));
      if (!Goes(known)) return;
    } else {
      RuleKey key = KeyOf(*known.owner, known.rule);
      const bool kept = keep_.contains(key);
      if (kept && seen_.insert(std::move(key)).second) return;
      if (!kept && !Goes(known) && !mine_.contains(*known.owner)) return;
    }
    const std::string table = Begin(known.saved->table);
    const std::string rule = known.saved->chain + " ";
    Lines().push_back(table + "-D " + rule + known.saved->spec);
    Undo().push_back(table + "-I " + rule + "1 " + known.saved->spec);
  }

  void Insert(const std::pair<Owner, IptablesRule>& insert) {
    const auto& [owner, rule] = insert;
    const std::string spec = Spec(rule, tag_.CommentFor(owner));
    const std::string table = Begin(rule.table);
    Lines().push_back(table + "-I " + rule.chain + " 1 " + spec);
    Undo().push_back(table + "-D " + rule.chain + " " + spec);
  }

  const Family family_;
  const IptablesWish& want_;
  const RuleTag& tag_;
  IptablesPlan& plan_;
  const std::vector<KnownRule> rules_;
  const std::map<std::pair<Owner, HostPort>, Forward> forwards_;
  std::set<Owner> mine_;
  std::vector<std::pair<const KnownRule*, PortHolder>> holders_;  // of others, who keep their rules
  std::set<RuleKey> there_;  // rules of natplan's making that the snapshot has
  std::set<RuleKey> keep_;   // rules that are to be there
  std::set<RuleKey> seen_;   // of those, the ones that were met
  std::map<HostPort, const OwnedIntent*> wanted_ports_;
  std::vector<std::pair<Owner, IptablesRule>> inserts_;
};

}  // namespace

std::expected<SavedTable, Error> ReadSavedRules(Family family, std::string_view text) {
  auto nat = ReadSavedTable(text);
  if (!nat || family != Family::kIp) return nat;
  auto raw = ReadSavedTable(text, "raw");
  if (!raw) return raw;
  if (nat->incompatible.empty()) nat->incompatible = std::move(raw->incompatible);
  std::erase_if(raw->rules, [](const SavedRule& rule) { return !rule.comment.starts_with(kNatplanComment); });
  std::ranges::move(raw->rules, std::back_inserter(nat->rules));
  return nat;
}

IptablesPlan PlanIptables(const IptablesSnapshot& have, const IptablesWish& want, const RuleTag& tag) {
  IptablesPlan plan;
  for (const Family family : kFamilies) {
    const auto& nat = have.nat[family];
    if (nat) Planner(family, *nat, want, tag, plan).Run();
  }
  return plan;
}

std::vector<OwnedIntent> IntentsOf(const IptablesSnapshot& snapshot, const RuleTag& tag) {
  std::set<OwnedIntent> intents;
  for (const Family family : kFamilies) {
    const auto& nat = snapshot.nat[family];
    if (!nat) continue;
    const std::vector<KnownRule> rules = Know(family, *nat, tag);
    for (const KnownRule& known : rules) {
      if (!known.raised || !known.raised->intent) continue;
      if (const auto* masquerade = std::get_if<Masquerade>(&*known.raised->intent))
        intents.insert({*known.owner, *masquerade});
    }
    for (const auto& [key, forward] : ForwardsOf(rules)) intents.insert({key.first, forward});
  }
  return {intents.begin(), intents.end()};
}

PerFamily<std::vector<std::string>> RulesWithoutIntent(const IptablesSnapshot& snapshot, const RuleTag& tag) {
  std::set<RuleKey> meant;
  for (const OwnedIntent& owned : IntentsOf(snapshot, tag)) {
    for (IptablesRule& rule : Lower(owned.intent)) meant.insert(KeyOf(owned.owner, std::move(rule)));
  }
  PerFamily<std::vector<std::string>> out;
  for (const Family family : kFamilies) {
    const auto& nat = snapshot.nat[family];
    if (!nat) continue;
    for (const KnownRule& known : Know(family, *nat, tag)) {
      if (!known.owner || (known.raised && meant.contains(KeyOf(*known.owner, known.rule)))) continue;
      out[family].push_back(CommandLine(family, "-A", *known.saved));
    }
  }
  return out;
}

std::vector<std::string> NatplanRules(Family family, const SavedTable& saved) {
  std::vector<std::string> out;
  for (const SavedRule& rule : saved.rules) {
    if (rule.comment.starts_with(kNatplanComment)) out.push_back(CommandLine(family, "-A", rule));
  }
  return out;
}

}  // namespace natplan
